//! The field for a new password.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// What is asked of a new password.
pub const ADVICE: &str =
    "At least 12 characters. A few words that do not belong together are easier to remember than to guess.";

/// Label, field and a button that shows what is typed. `error` is shown beneath instead of the advice.
#[component]
pub fn NewPassword(id: &'static str, name: &'static str, #[prop(into)] error: Signal<Option<String>>) -> impl IntoView {
    let shown = RwSignal::new(false);
    // Without WASM the button could do nothing, so it is not there.
    let awake = RwSignal::new(false);
    Effect::new(move |_| awake.set(true));
    let note = format!("{id}-note");
    view! {
        <div class="field">
            <label for=id>"New password"</label>
            <div class="input-group">
                <input
                    id=id
                    class="input"
                    name=name
                    type=move || if shown.get() { "text" } else { "password" }
                    autocomplete="new-password"
                    autocapitalize="none"
                    spellcheck="false"
                    required
                    minlength="12"
                    maxlength="1024"
                    aria-describedby=note.clone()
                    aria-invalid=move || error.read().is_some().then_some("true")
                />
                <button
                    type="button"
                    class="icon-button"
                    aria-label="Show password"
                    aria-pressed=move || if shown.get() { "true" } else { "false" }
                    hidden=move || !awake.get()
                    on:click=move |_| shown.update(|shown| *shown = !*shown)
                >
                    {move || view! { <Icon glyph=if shown.get() { Glyph::EyeOff } else { Glyph::Eye } /> }}
                </button>
            </div>
            <p id=note class=move || if error.read().is_some() { "error" } else { "hint" } aria-live="polite">
                {move || error.get().unwrap_or_else(|| ADVICE.into())}
            </p>
        </div>
    }
}

/// The same for pages that have no other island.
#[island]
pub fn NewPasswordIsland() -> impl IntoView {
    view! { <NewPassword id="new-password" name="new_password" error=None /> }
}
