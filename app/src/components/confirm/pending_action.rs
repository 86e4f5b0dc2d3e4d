//! What is done once it is confirmed.

use std::{future::Future, pin::Pin, sync::Arc};

use keyrack_types::{refusal::Answer, second_factor::ConfirmInput};
use leptos::prelude::ServerFnError;

/// A pending action that is being carried out.
pub type Pending = Pin<Box<dyn Future<Output = Result<Answer<()>, ServerFnError>>>>;

/// A change that needs to be confirmed: calls the server with what the person entered and, when that answers, does what
/// follows on the page. One type for all changes, so that the dialog is compiled once.
#[derive(Clone)]
pub struct PendingAction(Arc<dyn Fn(ConfirmInput) -> Pending + Send + Sync>);

impl PendingAction {
    /// A pending action from a function that calls the server.
    pub fn new<F>(pending_action: impl Fn(ConfirmInput) -> F + Send + Sync + 'static) -> PendingAction
    where
        F: Future<Output = Result<Answer<()>, ServerFnError>> + 'static,
    {
        PendingAction(Arc::new(move |input| Box::pin(pending_action(input))))
    }

    /// Carries it out.
    pub fn perform(&self, input: ConfirmInput) -> Pending {
        (self.0)(input)
    }
}
