//! A modal dialog on the native `<dialog>`: the browser keeps the focus inside and gives it back on closing.

use leptos::html;
use leptos::prelude::*;

use crate::components::client_only::{ClientOnlyChildren, client_only};

/// A modal dialog, open as long as it is drawn.
///
/// Esc runs `on_dismiss`, which decides what becomes of it; a click beside the dialog does nothing, so that no draft is
/// lost by a slip. The key is taken before the browser's own handling, because browsers force a dialog to close at the
/// second Esc, whatever `cancel` says.
#[component]
pub fn Modal(
    /// Unique on the page; the heading gets it with `-title`.
    id: &'static str,
    #[prop(into)] title: Signal<String>,
    #[prop(optional)] class: &'static str,
    #[prop(into)] on_dismiss: Callback<()>,
    children: ClientOnlyChildren,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get().filter(|dialog| !dialog.open()) {
            // Fails only for an element outside of the document, which this one is not.
            let _ = dialog.show_modal();
        }
    });
    on_cleanup(move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    });
    let heading = format!("{id}-title");
    let labelledby = heading.clone();
    client_only(view! {
        <dialog
            id=id
            node_ref=dialog
            class=format!("dialog {class}")
            aria-labelledby=labelledby
            on:cancel=move |event: leptos::ev::Event| event.prevent_default()
            on:keydown=move |event| {
                if event.key() == "Escape" && !event.is_composing() {
                    event.prevent_default();
                    event.stop_propagation();
                    on_dismiss.run(());
                }
            }
        >
            <h2 id=heading class="dialog-title">
                {title}
            </h2>
            {children.draw()}
        </dialog>
    })
}
