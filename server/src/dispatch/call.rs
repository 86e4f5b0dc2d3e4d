//! A call on its way to its handler.

use std::sync::Arc;

use keyrack_domain::Keyrack;
use keyrack_domain::caller::{Caller, Client};
use keyrack_domain::uploads::Received;

use super::error::ApiError;

/// A call of a known caller who may call the method. There is no way to make one without a [`Permit`], so a handler
/// that takes it cannot be reached without the check.
pub struct Call {
    pub keyrack: Keyrack,
    pub caller: Arc<Caller>,
    pub client: Client,
    /// The file that came with the call, for a method that takes one.
    pub file: Option<Arc<Received>>,
    _checked: Checked,
}

struct Checked;

/// A call of a method that needs no credential.
pub struct PublicCall {
    pub keyrack: Keyrack,
    pub client: Client,
}

/// Proof that the caller may call the method; the parameters are still to be read.
pub struct Permit(Checked);

impl Permit {
    /// Asks whether the caller may call the method.
    ///
    /// # Errors
    /// [`ApiError::NotGranted`] for a token (also behind a session), [`ApiError::Role`] for a person.
    pub fn check(may: bool, caller: &Caller, method: &'static str) -> Result<Permit, ApiError> {
        if may {
            return Ok(Permit(Checked));
        }
        Err(match caller.by_token() {
            Some(_) => ApiError::NotGranted(method),
            None => ApiError::Role(method),
        })
    }

    /// The call that the permit was given for; its parameters are read by the method.
    pub fn call(self, keyrack: Keyrack, caller: Arc<Caller>, client: Client, file: Option<Arc<Received>>) -> Call {
        Call { keyrack, caller, client, file, _checked: self.0 }
    }
}
