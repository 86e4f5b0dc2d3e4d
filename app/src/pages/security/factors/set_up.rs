//! The dialog "Set up authenticator".

use keyrack_types::{
    refusal::Refusal,
    second_factor::{AuthenticatorSetup, ConfirmInput},
};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::super::state::Page;
use crate::components::{
    browser,
    client_only::client_only,
    confirm::{ConfirmationRequest, PendingAction},
    form_dialog::FormDialog,
    leave::leave_or,
    noted_field::NotedField,
};
use crate::paths::escape_into;
use crate::serverfns::security::enable_authenticator;

const CODE: &str = "setup-code";
const DONE: &str = "The authenticator is switched on.";

/// Shows the secret as a QR code and as text, and asks for the first code. The password that was right a moment ago is
/// kept by this dialog and gone with it.
#[component]
pub(in super::super) fn SetUp(page: Page, setup: AuthenticatorSetup, password: String) -> impl IntoView {
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<String>);
    let password = StoredValue::new(password);
    let switch_on = move |()| {
        let code = browser::value(CODE);
        if code.trim().is_empty() {
            error.set(Some("Write the code that your authenticator shows.".into()));
            browser::focus(CODE);
            return;
        }
        busy.set(true);
        error.set(None);
        let input = ConfirmInput { password: password.get_value(), ..ConfirmInput::default() };
        spawn_local(async move {
            let answer = enable_authenticator(input, code.clone()).await;
            busy.set(false);
            match answer {
                Ok(Ok(change)) => page.changed(change, DONE),
                // The proof of a second factor that the user already has covered the first step only, or the password was
                // changed since.
                Ok(Err(Refusal::SecondFactorNeeded { .. } | Refusal::WrongPassword { .. })) => ask_again(page, code),
                Ok(Err(refusal)) => {
                    leave_or(refusal, |message| error.set(Some(message)));
                    browser::set_value(CODE, "");
                    browser::focus(CODE);
                }
                Err(_) => error.set(Some("Keyrack does not answer. Try again.".into())),
            }
        });
    };
    client_only(view! {
        <FormDialog
            id="set-up"
            title="Set up authenticator"
            action="Switch on"
            busy
            on_cancel=move |()| page.dialogs.close()
            on_send=switch_on
        >
            <p>"Scan this with your authenticator app, or type the secret into it."</p>
            <img class="qr" src=as_image(&setup.qr) alt="QR code of the secret" width="192" height="192" />
            <p class="setup-secret">
                <span class="small muted">"Secret"</span>
                <code>{grouped(&setup.secret)}</code>
            </p>
            <NotedField
                id=CODE
                label="Code"
                code=true
                max_length="12"
                hint="The six digits that it shows now."
                error
            />
        </FormDialog>
    })
}

fn ask_again(page: Page, code: String) {
    let pending_action = PendingAction::new(move |input| {
        let code = code.clone();
        async move {
            let change = enable_authenticator(input, code).await?;
            Ok(change.map(|change| page.changed(change, DONE)))
        }
    });
    page.dialogs.confirm(ConfirmationRequest::new(["The authenticator is switched on."], pending_action));
}

/// An image of its own, so that the drawing is never part of the page.
fn as_image(svg: &str) -> String {
    let mut address = String::from("data:image/svg+xml,");
    escape_into(svg, &mut address);
    address
}

/// In groups of four, as it is easiest to type.
fn grouped(secret: &str) -> String {
    let mut text = String::with_capacity(secret.len() * 5 / 4);
    for (at, character) in secret.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            text.push(' ');
        }
        text.push(character);
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn secrets_stand_in_groups_of_four() {
        assert_eq!(super::grouped("ABCDEFGHIJ"), "ABCD EFGH IJ");
        assert_eq!(super::grouped(""), "");
    }
}
