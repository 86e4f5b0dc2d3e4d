//! The password and what it confirms.

use std::time::Duration;

use keyrack_domain::types::refusal::Refusal;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::super::deed::{Deed, Outcome, Refused};
use crate::components::busy::Busy;
use crate::components::drawn::drawn;

/// Asks for the password and carries out the deed with it. The field is emptied with every try and a second press while
/// one is under way does nothing. `busy` is the dialog's: while it holds, the dialog must stay, or a new secret would be
/// lost unseen.
#[component]
pub(super) fn PasswordForm(
    /// Of the field; unique on the page.
    id: &'static str,
    viewer: String,
    deed: Deed,
    action: &'static str,
    #[prop(optional)] danger: bool,
    busy: RwSignal<bool>,
    #[prop(into)] on_cancel: Callback<()>,
    #[prop(into)] on_outcome: Callback<Outcome>,
    #[prop(into)] on_refused: Callback<Refusal>,
    #[prop(into)] on_signed_out: Callback<()>,
) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let error = RwSignal::new(None::<String>);
    // Seconds until the server looks at the next try.
    let wait = RwSignal::new(0_u32);
    let held = move || busy.get() || wait.get() > 0;
    let try_password = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(input) = field.get_untracked() else { return };
        if busy.get_untracked() || wait.get_untracked() > 0 {
            return;
        }
        let password = input.value();
        input.set_value("");
        if password.is_empty() {
            error.set(Some("Write your password.".into()));
            return;
        }
        busy.set(true);
        error.set(None);
        let deed = deed.clone();
        spawn_local(async move {
            let unanswered = deed.unanswered();
            let answer = deed.perform(password).await;
            busy.set(false);
            match answer {
                Ok(Ok(outcome)) => return on_outcome.run(outcome),
                Ok(Err(refusal)) => match Refused::of(refusal) {
                    Refused::SignedOut => return on_signed_out.run(()),
                    Refused::Below(refusal) => return on_refused.run(refusal),
                    Refused::Here(message, seconds) => {
                        error.set(Some(message));
                        wait.set(seconds);
                        count_down(wait);
                    }
                },
                Err(_) => error.set(Some(unanswered.into())),
            }
            // The field is where the next try begins. Nothing can be done where it is gone.
            let _ = input.focus();
        });
    };
    let error_id = format!("{id}-error");
    drawn(view! {
        <form class="dialog-form" novalidate on:submit=try_password>
            // Password managers look for whose password it is.
            <input type="text" autocomplete="username" value=viewer hidden readonly />
            <div class="dialog-body">
                <div class="field">
                    <label for=id>"Password"</label>
                    <input
                        node_ref=field
                        id=id
                        class="input"
                        type="password"
                        autocomplete="current-password"
                        autofocus
                        aria-describedby=error_id.clone()
                        aria-invalid=move || error.read().is_some().then_some("true")
                    />
                    <p id=error_id class="error" role="alert">
                        {move || error.get()}
                    </p>
                </div>
            </div>
            <footer class="dialog-foot">
                <span class="dialog-foot-note muted figures" aria-hidden="true">
                    {move || (wait.get() > 0).then(|| format!("{} s", wait.get()))}
                </span>
                <button
                    type="button"
                    class="button"
                    aria-disabled=move || busy.get().then_some("true")
                    on:click=move |_| {
                        if !busy.get_untracked() {
                            on_cancel.run(());
                        }
                    }
                >
                    "Cancel"
                </button>
                <button
                    type="submit"
                    class=if danger { "button danger" } else { "button primary" }
                    aria-disabled=move || held().then_some("true")
                >
                    <Busy when=busy />
                    {action}
                </button>
            </footer>
        </form>
    })
}

/// Counts to zero by seconds, or until the dialog is gone.
fn count_down(wait: RwSignal<u32>) {
    if wait.try_get_untracked().unwrap_or_default() == 0 {
        return;
    }
    let tick = move || {
        if wait.try_update(|left| *left = left.saturating_sub(1)).is_some() {
            count_down(wait);
        }
    };
    set_timeout(tick, Duration::from_secs(1));
}
