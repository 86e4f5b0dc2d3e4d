//! What is done once it is confirmed.

use std::{future::Future, pin::Pin, sync::Arc};

use keyrack_types::{refusal::Answer, second_factor::ConfirmInput};
use leptos::prelude::ServerFnError;

/// A deed under way.
pub type Pending = Pin<Box<dyn Future<Output = Result<Answer<()>, ServerFnError>>>>;

/// A change that needs to be confirmed: calls the server with what the person entered and, when that answers, does what
/// follows on the page. One type for all changes, so that the dialog is compiled once.
#[derive(Clone)]
pub struct Deed(Arc<dyn Fn(ConfirmInput) -> Pending + Send + Sync>);

impl Deed {
    /// A deed from a function that calls the server.
    pub fn new<F>(deed: impl Fn(ConfirmInput) -> F + Send + Sync + 'static) -> Deed
    where
        F: Future<Output = Result<Answer<()>, ServerFnError>> + 'static,
    {
        Deed(Arc::new(move |input| Box::pin(deed(input))))
    }

    /// Carries it out.
    pub fn perform(&self, input: ConfirmInput) -> Pending {
        (self.0)(input)
    }
}
