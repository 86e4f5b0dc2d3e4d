//! The dialog "Add passkey".

use keyrack_types::{
    refusal::{Answer, Refusal},
    second_factor::ConfirmInput,
};
use leptos::prelude::*;

use super::super::state::Page;
use crate::components::{
    browser,
    client_only::client_only,
    confirm::{ConfirmationRequest, PendingAction},
    form_dialog::FormDialog,
    noted_field::NotedField,
    passkey,
};
use crate::serverfns::security::{begin_passkey, finish_passkey};

const NAME: &str = "passkey-name";

/// Asks what to call it; password and device follow.
#[component]
pub(in super::super) fn AddPasskey(page: Page) -> impl IntoView {
    let error = RwSignal::new(None::<String>);
    let send = move |()| {
        let name = browser::value(NAME).trim().to_owned();
        if name.is_empty() {
            error.set(Some("Give the passkey a name.".into()));
            browser::focus(NAME);
            return;
        }
        error.set(None);
        let lines = [
            format!("A passkey “{name}” is made on your device, which will ask you to unlock it."),
            "It is asked for at sign-in from now on.".into(),
        ];
        let pending_action = PendingAction::new(move |input| add(page, input, name.clone()));
        page.dialogs.confirm(ConfirmationRequest::new(lines, pending_action).on_refused(move |refusal| {
            error.set(Some(refusal.message()));
            browser::focus_soon(NAME.into());
        }));
    };
    client_only(view! {
        <FormDialog id="add-passkey" title="Add passkey" on_cancel=move |()| page.dialogs.close() on_send=send>
            <NotedField
                id=NAME
                label="Name"
                max_length="60"
                placeholder="Laptop"
                hint="How you will know it among others."
                error
            />
        </FormDialog>
    })
}

/// Two steps at the server with the device between them; the password counts for both.
async fn add(page: Page, input: ConfirmInput, name: String) -> Result<Answer<()>, ServerFnError> {
    let again = ConfirmInput { password: input.password.clone(), ..ConfirmInput::default() };
    let request = match begin_passkey(input).await? {
        Ok(request) => request,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let made = match passkey::create(&request.options).await {
        Ok(made) => made,
        Err(message) => return Ok(Err(Refusal::Unavailable { message })),
    };
    let answer = finish(page, again, request.id, made.clone(), name.clone()).await?;
    if let Err(Refusal::SecondFactorNeeded { .. }) = answer {
        // Every step wants a proof of its own here: ask once more, for the second one only.
        let pending_action =
            PendingAction::new(move |input| finish(page, input, request.id, made.clone(), name.clone()));
        let line = "The passkey is made. Confirm once more to register it.";
        page.dialogs.confirm(ConfirmationRequest::new([line], pending_action));
        return Ok(Ok(()));
    }
    Ok(answer)
}

async fn finish(
    page: Page,
    input: ConfirmInput,
    ceremony: i64,
    made: String,
    name: String,
) -> Result<Answer<()>, ServerFnError> {
    let change = finish_passkey(input, ceremony, made, name).await?;
    Ok(change.map(|change| page.changed(change, "The passkey is added.")))
}
