//! Search, Only Checked and the tree.

use keyrack_types::methods::ApiSet;
use keyrack_types::refusal::Field;
use leptos::prelude::*;

use super::model::Editor;
use crate::components::browser;
use crate::components::client_only::client_only;
use crate::components::icon::{Glyph, Icon};
use crate::components::tree::MethodTree;
use crate::format::count;

/// The methods and what helps to find them.
#[component]
pub(super) fn Methods(editor: Editor) -> impl IntoView {
    let name = Signal::derive(move || match editor.set.get() {
        ApiSet::ExtendedAccess => "API Access + Web UI Access",
        _ => "API Access",
    });
    let error = move || editor.problem(Field::Methods);
    client_only(view! {
        <div class="token-methods" class:invalid=move || error().is_some()>
            <Find editor />
            <p class="tree-status muted small figures" role="status">
                {move || status(editor)}
            </p>
            <div class="tree-frame">
                <MethodTree catalog=editor.catalog state=editor.tree name on_tick=move |()| editor.ticked() />
            </div>
            <p id="token-methods-error" class="error" role="alert">
                {error}
            </p>
        </div>
    })
}

#[component]
fn Find(editor: Editor) -> impl IntoView {
    let search = move |text: String| {
        editor.catalog.with_value(|catalog| editor.tree.update(|tree| tree.search(catalog, &text)));
    };
    let only = move || editor.tree.read().only_ticked();
    let toggle = move |_| {
        let only = !only();
        editor.catalog.with_value(|catalog| editor.tree.update(|tree| tree.show_only_ticked(catalog, only)));
    };
    view! {
        <div class="tree-find">
            <div class="input-group leading">
                <Icon glyph=Glyph::Search />
                <input
                    id="token-search"
                    class="input"
                    type="search"
                    aria-label="Search methods"
                    aria-describedby="token-methods-error"
                    aria-controls="method-tree"
                    placeholder="Search, e.g. StopEnv"
                    autocomplete="off"
                    spellcheck="false"
                    on:input=move |event| search(event_target_value(&event))
                    on:keydown=move |event| {
                        match event.key().as_str() {
                            // Enter looks, it does not send the form.
                            "Enter" => event.prevent_default(),
                            "ArrowDown" => {
                                event.prevent_default();
                                browser::focus("tree-root");
                            }
                            // Esc empties the field first, as browsers do outside of dialogs.
                            "Escape" if !editor.tree.read_untracked().query().is_empty() => {
                                event.prevent_default();
                                event.stop_propagation();
                                event_target::<leptos::web_sys::HtmlInputElement>(&event).set_value("");
                                search(String::new());
                            }
                            _ => {}
                        }
                    }
                />
            </div>
            <button type="button" class="button" aria-pressed=move || only().to_string() on:click=toggle>
                <Icon glyph=Glyph::ListChecks />
                "Only Checked"
            </button>
        </div>
    }
}

/// How many are ticked, and how many match.
fn status(editor: Editor) -> String {
    let tree = editor.tree.read();
    let all = editor.catalog.with_value(|catalog| catalog.methods.len());
    let ticked = format!("{} of {all} ticked", tree.ticked_count());
    let shown = tree.shown().len();
    match (tree.query().is_empty(), tree.only_ticked()) {
        (true, true) if shown == 0 => format!("{ticked}. Nothing to show: no method is ticked."),
        (true, _) => ticked,
        (false, only) if shown == 0 => {
            let where_ = if only { "No ticked method matches" } else { "No method matches" };
            format!("{where_} the search. {ticked}.")
        }
        _ => {
            format!("{} {}. {ticked}.", count(shown, "method", "methods"), if shown == 1 { "matches" } else { "match" })
        }
    }
}
