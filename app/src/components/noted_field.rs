//! A text field with a note beneath.

use leptos::prelude::*;

use super::client_only::client_only;

/// The first field of a dialog: label, text field, and beneath it what is wrong, or else a hint.
#[component]
pub fn NotedField(
    /// Unique on the page; the note gets it with `-note`.
    id: &'static str,
    label: &'static str,
    #[prop(default = "text")] kind: &'static str,
    /// One-time codes: digits, and phones offer what has just arrived.
    #[prop(optional)]
    code: bool,
    max_length: &'static str,
    #[prop(optional)] placeholder: Option<&'static str>,
    hint: &'static str,
    error: RwSignal<Option<String>>,
) -> impl IntoView {
    let note = format!("{id}-note");
    client_only(view! {
        <div class="field">
            <label for=id>{label}</label>
            <input
                id=id
                class=if code { "input figures" } else { "input" }
                type=kind
                autocomplete=if code { "one-time-code" } else { "off" }
                inputmode=code.then_some("numeric")
                maxlength=max_length
                placeholder=placeholder
                autofocus
                aria-describedby=note.clone()
                aria-invalid=move || error.read().is_some().then_some("true")
            />
            <p id=note class=move || if error.read().is_some() { "error" } else { "hint" } aria-live="polite">
                {move || error.get().unwrap_or_else(|| hint.into())}
            </p>
        </div>
    })
}
