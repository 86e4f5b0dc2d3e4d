//! What a page asks to have confirmed.

use std::sync::Arc;

use keyrack_types::refusal::Refusal;
use leptos::prelude::*;

use super::pending_action::PendingAction;
use crate::components::{
    client_only::{ClientOnly, client_only},
    leave::leave_or,
    toast::{ToastKind, show},
};

/// A change that waits for its confirmation: what will happen, in words, and the action itself.
#[derive(Clone)]
pub struct ConfirmationRequest {
    pub(super) title: &'static str,
    pub(super) summary: Arc<dyn Fn() -> ClientOnly + Send + Sync>,
    /// The text of the button.
    pub(super) action: &'static str,
    pub(super) danger: bool,
    pub(super) pending_action: PendingAction,
    pub(super) unanswered: &'static str,
    on_end: Option<Callback<()>>,
    on_refused: Option<Callback<Refusal>>,
    on_signed_out: Option<Callback<()>>,
}

impl ConfirmationRequest {
    /// Lists `lines`, one sentence each, above a button "Continue".
    pub fn new(
        lines: impl IntoIterator<Item = impl Into<String>>,
        pending_action: PendingAction,
    ) -> ConfirmationRequest {
        let lines: Vec<String> = lines.into_iter().map(Into::into).collect();
        ConfirmationRequest {
            title: "Confirm with password",
            summary: Arc::new(move || review(&lines)),
            action: "Continue",
            danger: false,
            pending_action,
            unanswered: "Keyrack does not answer. It may have been done all the same: load the page again and look.",
            on_end: None,
            on_refused: None,
            on_signed_out: None,
        }
    }

    /// A dialog with its own title that shows `summary` in place of a list of sentences.
    #[must_use]
    pub fn with_summary(
        self,
        title: &'static str,
        summary: impl Fn() -> ClientOnly + Send + Sync + 'static,
    ) -> ConfirmationRequest {
        ConfirmationRequest { title, summary: Arc::new(summary), ..self }
    }

    /// A destructive action, with the text of its button.
    #[must_use]
    pub fn danger(self, action: &'static str) -> ConfirmationRequest {
        ConfirmationRequest { action, danger: true, ..self }
    }

    /// What to say when no answer comes: the change may have been made all the same.
    #[must_use]
    pub fn unanswered(self, unanswered: &'static str) -> ConfirmationRequest {
        ConfirmationRequest { unanswered, ..self }
    }

    /// Runs when the dialog closes, or does not open, without the change.
    #[must_use]
    pub fn on_end(self, run: impl Fn() + Send + Sync + 'static) -> ConfirmationRequest {
        ConfirmationRequest { on_end: Some(Callback::new(move |()| run())), ..self }
    }

    /// Runs when the change itself was refused and the dialog is closed; without it, a toast says why.
    #[must_use]
    pub fn on_refused(self, run: impl Fn(Refusal) + Send + Sync + 'static) -> ConfirmationRequest {
        ConfirmationRequest { on_refused: Some(Callback::new(run)), ..self }
    }

    /// Runs when the session is over; without it, the page is left for the sign-in page.
    #[must_use]
    pub fn on_signed_out(self, run: impl Fn() + Send + Sync + 'static) -> ConfirmationRequest {
        ConfirmationRequest { on_signed_out: Some(Callback::new(move |()| run())), ..self }
    }

    /// It ended without the change.
    pub(super) fn end(&self) {
        if let Some(on_end) = self.on_end {
            on_end.run(());
        }
    }

    /// The change was refused for a reason that no field of the dialog can mend.
    pub(super) fn refused(&self, refusal: Refusal) {
        match self.on_refused {
            Some(on_refused) => on_refused.run(refusal),
            None => show(ToastKind::Error, refusal.message()),
        }
    }

    /// The session is over.
    pub(super) fn signed_out(&self) {
        match self.on_signed_out {
            Some(on_signed_out) => on_signed_out.run(()),
            None => leave_or(Refusal::SignedOut, |_| {}),
        }
    }
}

fn review(lines: &[String]) -> ClientOnly {
    client_only(view! {
        <ul class="review">{lines.iter().cloned().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
    })
}
