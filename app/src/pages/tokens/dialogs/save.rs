//! The dialog "Save Access Token": the only time that a secret is seen.

use keyrack_domain::types::tokens::NewSecret;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::super::file_name::file_name;
use super::super::state::Page;
use super::question::Question;
use crate::components::browser;
use crate::components::dialog::Modal;
use crate::components::drawn::drawn;
use crate::components::icon::{Glyph, Icon};
use crate::components::toast::{ToastKind, show};

const FIELD: &str = "new-secret";

/// Shows the secret until it is saved. It stands in this dialog only and leaves the page with it.
#[component]
pub(super) fn SaveDialog(page: Page, new: NewSecret) -> impl IntoView {
    let saved = RwSignal::new(false);
    let asking = RwSignal::new(false);
    let told = RwSignal::new("");
    let description = new.token.description;
    let secret = StoredValue::new(new.secret);
    let close = {
        let ready = format!("“{description}” is ready to be used.");
        move || {
            page.close();
            show(ToastKind::Success, ready.clone());
        }
    };
    let dismiss = {
        let close = close.clone();
        move |()| if saved.get_untracked() { close() } else { asking.set(true) }
    };
    let name = file_name(&description);
    let download = move |_| {
        if browser::download(&name, &secret.with_value(|secret| format!("{secret}\n"))) {
            saved.set(true);
            told.set("Downloaded.");
        } else {
            told.set("The download did not work. Copy the token instead.");
        }
    };
    let copy = move |_| {
        spawn_local(async move {
            let copied = browser::copy_field(FIELD).await;
            if copied {
                saved.try_update(|saved| *saved = true);
            }
            let text = if copied { "Copied." } else { "Copying did not work. Select the token and copy it by hand." };
            told.try_update(|told| *told = text);
        });
    };
    Effect::new(move |_| {
        browser::focus(FIELD);
        browser::select_text(FIELD);
    });
    let discard = {
        let lost = format!("The secret of “{description}” was not saved. Regenerate the token when you need it.");
        move || {
            page.close();
            show(ToastKind::Info, lost.clone());
        }
    };
    drawn(view! {
        <Modal id="save-dialog" title="Save Access Token" class="narrow" on_dismiss=dismiss>
            <div class="dialog-body">
                <p>"Save the token of “"{description}"” now. It is shown this once and cannot be looked up later."</p>
                <div class="field">
                    <label for=FIELD>"Access token"</label>
                    <input
                        id=FIELD
                        class="input mono secret"
                        type="text"
                        readonly
                        autofocus
                        autocomplete="off"
                        spellcheck="false"
                        prop:value=move || secret.get_value()
                        on:focus=move |_| browser::select_text(FIELD)
                    />
                </div>
                <div class="save-actions">
                    <button type="button" class="button" on:click=download>
                        <Icon glyph=Glyph::Download />
                        "Download"
                    </button>
                    <button type="button" class="button" on:click=copy>
                        <Icon glyph=Glyph::Copy />
                        "Copy"
                    </button>
                    <span class="muted small" role="status">
                        {told}
                    </span>
                </div>
                <label class="checkbox">
                    <input
                        type="checkbox"
                        prop:checked=saved
                        on:change=move |event| saved.set(event_target_checked(&event))
                    />
                    "I've saved the data"
                </label>
            </div>
            <footer class="dialog-foot">
                <button type="button" class="button primary" disabled=move || !saved.get() on:click=move |_| close()>
                    "Done"
                </button>
            </footer>
        </Modal>
        {move || {
            let discard = discard.clone();
            asking
                .get()
                .then(|| {
                    view! {
                        <Question
                            id="unsaved-dialog"
                            title="Close without saving?"
                            text="The token cannot be shown again. Without it, you would have to regenerate the token to use it."
                            stay="Keep open"
                            go="Close without saving"
                            on_stay=move |()| asking.set(false)
                            on_go=move |()| discard()
                        />
                    }
                })
        }}
    })
}
