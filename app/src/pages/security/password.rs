use keyrack_types::{
    refusal::{Answer, Field, Refusal},
    second_factor::ConfirmNeeds,
};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::components::{
    browser,
    busy::Busy,
    confirm::{Attempt, ErrorPlace, FactorFields},
    leave::leave_or,
    new_password::NewPassword,
    toast::{ToastKind, show},
};
use crate::serverfns::security::change_password;

const CURRENT: &str = "current-password";
const NEW: &str = "new-password";
const CODE: &str = "password-code";

/// Changes the password. Without WASM it is a plain form, which cannot use passkeys.
#[component]
pub(super) fn PasswordForm(viewer: String, needs: RwSignal<ConfirmNeeds>) -> impl IntoView {
    let attempt = Attempt::sharing(needs);
    let advice = RwSignal::new(None::<String>);
    let send = Callback::new(move |passkey: Option<(i64, String)>| {
        if attempt.is_held() || !is_complete(attempt, advice) {
            return;
        }
        attempt.begin();
        advice.set(None);
        spawn_local(async move {
            let (ceremony, answer) = passkey.map_or((None, String::new()), |(id, answer)| (Some(id), answer));
            let changed =
                change_password(browser::value(CURRENT), browser::value(NEW), browser::value(CODE), ceremony, answer);
            let changed = changed.await;
            attempt.busy.set(false);
            match changed {
                Ok(answer) => show_answer(answer, attempt, advice),
                Err(_) => {
                    show(ToastKind::Error, "Keyrack does not answer. Load the page again before you try once more.")
                }
            }
        });
    });
    let error = move || attempt.error_at(ErrorPlace::Password);
    view! {
        <section class="panel block" aria-labelledby="password-title">
            <h2 id="password-title">"Password"</h2>
            <form
                class="stack security-form"
                method="post"
                action="/fn/security/change-password"
                on:submit=move |event| {
                    event.prevent_default();
                    send.run(None);
                }
            >
                <input type="text" autocomplete="username" value=viewer hidden readonly />
                <div class="field">
                    <label for=CURRENT>"Current password"</label>
                    <input
                        id=CURRENT
                        class="input"
                        name="current"
                        type="password"
                        autocomplete="current-password"
                        required
                        aria-describedby="current-error"
                        aria-invalid=move || error().is_some().then_some("true")
                    />
                    <p id="current-error" class="error" aria-live="polite">
                        {error}
                    </p>
                </div>
                <NewPassword id=NEW name="new_password" error=advice />
                <FactorFields
                    id=CODE
                    attempt
                    ready=move |()| is_complete(attempt, advice)
                    on_passkey=move |answer| send.run(Some(answer))
                />
                <div class="row">
                    <button type="submit" class="button" aria-disabled=move || attempt.holds().then_some("true")>
                        <Busy when=attempt.busy />
                        "Change password"
                    </button>
                    <span class="small muted">"Ends all other sessions."</span>
                </div>
            </form>
        </section>
    }
}

/// The browser checks the fields itself when the form is sent by its button; a passkey sends it too.
fn is_complete(attempt: Attempt, advice: RwSignal<Option<String>>) -> bool {
    if browser::value(CURRENT).is_empty() {
        attempt.error.set(Some((ErrorPlace::Password, "Write your current password.".into())));
        browser::focus(CURRENT);
        return false;
    }
    if browser::value(NEW).is_empty() {
        advice.set(Some("Write a new password.".into()));
        browser::focus(NEW);
        return false;
    }
    true
}

fn show_answer(answer: Answer<()>, attempt: Attempt, advice: RwSignal<Option<String>>) {
    match answer {
        // Loaded anew: the other sessions are gone from the list, and the page says what happened.
        Ok(()) => browser::go_to("/settings/security"),
        Err(Refusal::Field { field: Field::NewPassword, message }) => {
            advice.set(Some(message));
            browser::focus(NEW);
        }
        Err(Refusal::SignedOut) => leave_or(Refusal::SignedOut, |_| {}),
        Err(refusal) => match attempt.refused(refusal) {
            Ok(ErrorPlace::Password) => {
                browser::set_value(CURRENT, "");
                browser::focus(CURRENT);
            }
            Ok(ErrorPlace::Code) => {
                browser::set_value(CODE, "");
                browser::focus_soon(CODE.into());
            }
            Ok(ErrorPlace::Form) => {
                if let Some(text) = attempt.error_at(ErrorPlace::Form) {
                    show(ToastKind::Error, text);
                }
            }
            Err(refusal) => show(ToastKind::Error, refusal.message()),
        },
    }
}
