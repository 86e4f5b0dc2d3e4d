//! A call on its way to its handler.

use std::sync::Arc;

use keyrack_domain::caller::{Caller, Client};
use keyrack_domain::decision::Decision;
use keyrack_domain::denied::Denied;
use keyrack_domain::uploads::Received;
use keyrack_domain::{Error, Keyrack};

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
    /// Whether a credential came in the address.
    pub in_url: bool,
}

/// Proof that the caller may call the method; the parameters are still to be read.
pub struct Permit(Checked);

impl Permit {
    /// The permit that a decision gives.
    ///
    /// # Errors
    /// What the rule says that was broken; [`ApiError::NotGranted`] for a token (also behind a session) and [`ApiError::Role`]
    /// for a person whom the method is not open to.
    pub fn of(decision: Decision, method: &'static str) -> Result<Permit, ApiError> {
        match decision.into_result() {
            Ok(()) => Ok(Permit(Checked)),
            Err(Error::Denied(Denied::NotTicked(_))) => Err(ApiError::NotGranted(method)),
            Err(Error::Denied(Denied::Role(_))) => Err(ApiError::Role(method)),
            Err(error) => Err(error.into()),
        }
    }

    /// The call that the permit was given for; its parameters are read by the method.
    pub fn call(self, keyrack: Keyrack, caller: Arc<Caller>, client: Client, file: Option<Arc<Received>>) -> Call {
        Call { keyrack, caller, client, file, _checked: self.0 }
    }
}
