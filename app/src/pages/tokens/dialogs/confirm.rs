//! The dialog "Confirm with password".

use keyrack_types::refusal::Refusal;
use leptos::prelude::*;

use super::super::token_action::{Outcome, TokenAction};
use super::password_form::PasswordForm;
use crate::components::client_only::client_only;
use crate::components::dialog::Modal;

/// A request for confirmation: an action and what it will do, in words.
#[derive(Clone)]
pub(super) struct ConfirmationRequest {
    pub lines: Vec<String>,
    pub token_action: TokenAction,
}

/// Says what will happen and asks for the password.
#[component]
pub(super) fn ConfirmDialog(
    ask: ConfirmationRequest,
    viewer: String,
    #[prop(into)] on_cancel: Callback<()>,
    #[prop(into)] on_outcome: Callback<Outcome>,
    #[prop(into)] on_refused: Callback<Refusal>,
    #[prop(into)] on_signed_out: Callback<()>,
) -> impl IntoView {
    let busy = RwSignal::new(false);
    let dismiss = move |()| {
        if !busy.get_untracked() {
            on_cancel.run(());
        }
    };
    client_only(view! {
        <Modal id="confirm-dialog" title="Confirm with password" class="narrow" on_dismiss=dismiss>
            <ul class="dialog-body review">
                {ask.lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}
            </ul>
            <PasswordForm
                viewer
                token_action=ask.token_action
                action="Continue"
                busy
                on_cancel
                on_outcome
                on_refused
                on_signed_out
            />
        </Modal>
    })
}
