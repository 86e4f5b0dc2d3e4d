//! The dialog itself: what will happen, the password, the second factor.

use keyrack_types::{
    refusal::Refusal,
    second_factor::{ConfirmInput, ConfirmNeeds},
};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{
    attempt::{Attempt, ErrorPlace},
    confirming::Confirming,
    factor::FactorFields,
    request::ConfirmationRequest,
};
use crate::components::{browser, client_only::client_only, form_dialog::FormDialog};

const PASSWORD: &str = "confirm-password";
const CODE: &str = "confirm-code";

/// Where the dialog appears.
#[component]
pub fn ConfirmOutlet(confirming: Confirming) -> impl IntoView {
    move || {
        confirming.open.get().map(|(request, needs)| client_only(view! { <ConfirmDialog confirming request needs /> }))
    }
}

/// Carries out the action with what was entered. While it is busy the dialog stays, or the result would be lost unseen.
#[component]
fn ConfirmDialog(confirming: Confirming, request: ConfirmationRequest, needs: ConfirmNeeds) -> impl IntoView {
    let attempt = Attempt::new(needs);
    let ConfirmationRequest { title, action, danger, .. } = request;
    let summary = (request.summary)();
    let request = StoredValue::new(request);
    let send = Callback::new(move |passkey: Option<(i64, String)>| {
        if attempt.is_held() || !has_password(attempt) {
            return;
        }
        let input = ConfirmInput {
            password: browser::value(PASSWORD),
            code: Some(browser::value(CODE)).filter(|code| !code.is_empty()),
            passkey,
        };
        attempt.begin();
        let request = request.get_value();
        let pending = request.pending_action.perform(input);
        spawn_local(async move {
            let answer = pending.await;
            // The action may have closed the dialog, and its signals are gone with it.
            if attempt.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(Ok(())) => {}
                Ok(Err(Refusal::SignedOut)) => request.signed_out(),
                Ok(Err(refusal)) => match attempt.refused(refusal) {
                    Ok(place) => clear_and_focus(place),
                    Err(refusal) => confirming.refused(refusal),
                },
                Err(_) => {
                    attempt.error.set(Some((ErrorPlace::Password, request.unanswered.into())));
                    clear_and_focus(ErrorPlace::Password);
                }
            }
        });
    });
    client_only(view! {
        <FormDialog
            id="confirm-dialog"
            title
            action
            danger
            busy=attempt.busy
            wait=attempt.wait
            on_cancel=move |()| confirming.close()
            on_send=move |()| send.run(None)
        >
            <input type="text" autocomplete="username" value=confirming.viewer.get_value() hidden readonly />
            {summary}
            <PasswordField attempt />
            <FactorFields
                id=CODE
                attempt
                ready=move |()| has_password(attempt)
                on_passkey=move |answer| send.run(Some(answer))
            />
            <p class="error" role="alert">
                {move || attempt.error_at(ErrorPlace::Form)}
            </p>
        </FormDialog>
    })
}

#[component]
fn PasswordField(attempt: Attempt) -> impl IntoView {
    let error = move || attempt.error_at(ErrorPlace::Password);
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

fn has_password(attempt: Attempt) -> bool {
    let has = !browser::value(PASSWORD).is_empty();
    if !has {
        attempt.error.set(Some((ErrorPlace::Password, "Write your password.".into())));
        browser::focus(PASSWORD);
    }
    has
}

/// Empties what was wrong and puts the keyboard there.
fn clear_and_focus(place: ErrorPlace) {
    let id = match place {
        ErrorPlace::Password => PASSWORD,
        ErrorPlace::Code => CODE,
        ErrorPlace::Form => return,
    };
    browser::set_value(id, "");
    browser::focus_soon(id.into());
}
