//! The password and what it confirms.

use keyrack_types::refusal::Refusal;
use leptos::prelude::*;

use super::super::deed::{Deed, Outcome};
use crate::components::confirm::{self, ConfirmForm};
use crate::components::drawn::drawn;

/// Asks for the password, and for the second factor where it is due, and carries out the deed with it. `busy` is the
/// dialog's: while it holds, the dialog must stay, or a new secret would be lost unseen.
#[component]
pub(super) fn PasswordForm(
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
    let unanswered = deed.unanswered();
    let deed = confirm::Deed::new(move |input| {
        let deed = deed.clone();
        async move { Ok(deed.perform(input).await?.map(|outcome| on_outcome.run(outcome))) }
    });
    drawn(view! { <ConfirmForm viewer deed action danger busy unanswered on_cancel on_refused on_signed_out /> })
}
