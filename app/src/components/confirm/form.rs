//! The password, the second factor, and what they confirm.

use keyrack_types::{
    refusal::Refusal,
    second_factor::{ConfirmInput, ConfirmNeeds},
};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{
    factor::FactorFields,
    pending_action::PendingAction,
    trying::{Place, Trying},
};
use crate::components::{browser, busy::Busy, client_only::client_only, leave::leave_or};
use crate::serverfns::confirm::what_confirms;

const PASSWORD: &str = "confirm-password";
const CODE: &str = "confirm-code";

/// Asks for the password, and for the second factor where it is due, and carries out the action. `busy` is the dialog's:
/// while it holds, the dialog must stay, or the result would be lost unseen.
#[component]
pub fn ConfirmForm(
    /// E-mail address of who is signed in; password managers look for it.
    viewer: String,
    pending_action: PendingAction,
    action: &'static str,
    #[prop(optional)] danger: bool,
    /// What is to be asked for; looked up by the form itself where the dialog did not.
    #[prop(optional, into)]
    needs: Option<ConfirmNeeds>,
    busy: RwSignal<bool>,
    /// What to say when no answer comes.
    #[prop(optional)]
    unanswered: Option<&'static str>,
    #[prop(into)] on_cancel: Callback<()>,
    /// What the form cannot mend: the change itself was refused.
    #[prop(into)]
    on_refused: Callback<Refusal>,
    /// The session is over; without it the page is left for the sign-in page.
    #[prop(optional, into)]
    on_signed_out: Option<Callback<()>>,
) -> impl IntoView {
    let trying = Trying::new(needs.unwrap_or_default(), busy);
    if needs.is_none() {
        look_up(trying);
    }
    let pending_action = StoredValue::new(pending_action);
    let send = Callback::new(move |passkey: Option<(i64, String)>| {
        if trying.held_now() || !has_password(trying) {
            return;
        }
        let input = ConfirmInput {
            password: browser::value(PASSWORD),
            code: Some(browser::value(CODE)).filter(|code| !code.is_empty()),
            passkey,
        };
        busy.set(true);
        trying.error.set(None);
        let pending = pending_action.with_value(|pending_action| pending_action.perform(input));
        spawn_local(async move {
            let answer = pending.await;
            // The dialog may be gone by now, and its signals with it.
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(Ok(())) => {}
                Ok(Err(Refusal::SignedOut)) => match on_signed_out {
                    Some(signed_out) => signed_out.run(()),
                    None => leave_or(Refusal::SignedOut, |_| {}),
                },
                Ok(Err(refusal)) => match trying.refused(refusal) {
                    Ok(place) => clear_and_focus(place),
                    Err(refusal) => on_refused.run(refusal),
                },
                Err(_) => {
                    let text = unanswered.unwrap_or(
                        "Keyrack does not answer. It may have been done all the same: load the page again and look.",
                    );
                    trying.error.set(Some((Place::Password, text.into())));
                    clear_and_focus(Place::Password);
                }
            }
        });
    });
    client_only(view! {
        <form
            class="dialog-form"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                send.run(None);
            }
        >
            <input type="text" autocomplete="username" value=viewer hidden readonly />
            <div class="dialog-body">
                <PasswordField trying />
                <FactorFields
                    id=CODE
                    trying
                    ready=move |()| has_password(trying)
                    on_passkey=move |answer| send.run(Some(answer))
                />
                <p class="error" role="alert">
                    {move || trying.error_at(Place::Form)}
                </p>
            </div>
            <footer class="dialog-foot">
                <span class="dialog-foot-note muted figures" aria-hidden="true">
                    {move || (trying.wait.get() > 0).then(|| format!("{} s", trying.wait.get()))}
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
                    aria-disabled=move || trying.held().then_some("true")
                >
                    <Busy when=busy />
                    {action}
                </button>
            </footer>
        </form>
    })
}

#[component]
fn PasswordField(trying: Trying) -> impl IntoView {
    let error = move || trying.error_at(Place::Password);
    view! {
        <div class="field">
            <label for=PASSWORD>"Password"</label>
            <input
                id=PASSWORD
                class="input"
                type="password"
                autocomplete="current-password"
                autofocus
                aria-describedby="confirm-password-error"
                aria-invalid=move || error().is_some().then_some("true")
            />
            <p id="confirm-password-error" class="error" role="alert">
                {error}
            </p>
        </div>
    }
}

/// Asks the server what is to be asked for. Should that fail, the first try learns it.
fn look_up(trying: Trying) {
    spawn_local(async move {
        if let Ok(Ok(needs)) = what_confirms().await {
            trying.needs.try_set(needs);
        }
    });
}

fn has_password(trying: Trying) -> bool {
    let has = !browser::value(PASSWORD).is_empty();
    if !has {
        trying.error.set(Some((Place::Password, "Write your password.".into())));
        browser::focus(PASSWORD);
    }
    has
}

/// Empties what was wrong and puts the keyboard there.
fn clear_and_focus(place: Place) {
    let id = match place {
        Place::Password => PASSWORD,
        Place::Code => CODE,
        Place::Form => return,
    };
    browser::set_value(id, "");
    browser::focus_soon(id.into());
}
