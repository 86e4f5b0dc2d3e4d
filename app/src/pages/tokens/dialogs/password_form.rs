//! The password and what it confirms.

use keyrack_types::refusal::Refusal;
use leptos::prelude::*;

use super::super::token_action::{Outcome, TokenAction};
use crate::components::client_only::client_only;
use crate::components::confirm::{self, ConfirmForm};

/// Asks for the password, and for the second factor where it is due, and carries out the action with it. `busy` is the
/// dialog's: while it holds, the dialog must stay, or a new secret would be lost unseen.
#[component]
pub(super) fn PasswordForm(
    viewer: String,
    token_action: TokenAction,
    action: &'static str,
    #[prop(optional)] danger: bool,
    busy: RwSignal<bool>,
    #[prop(into)] on_cancel: Callback<()>,
    #[prop(into)] on_outcome: Callback<Outcome>,
    #[prop(into)] on_refused: Callback<Refusal>,
    #[prop(into)] on_signed_out: Callback<()>,
) -> impl IntoView {
    let unanswered = token_action.unanswered();
    let pending_action = confirm::PendingAction::new(move |input| {
        let token_action = token_action.clone();
        async move { Ok(token_action.perform(input).await?.map(|outcome| on_outcome.run(outcome))) }
    });
    client_only(
        view! { <ConfirmForm viewer pending_action action danger busy unanswered on_cancel on_refused on_signed_out /> },
    )
}
