//! A call on its way to its handler.

use std::sync::Arc;

use keyrack_domain::Keyrack;
use keyrack_domain::caller::{Caller, Client};

use super::params::Params;

/// A call of a known caller who may call the method. Made by the dispatcher only, so that a handler cannot be reached
/// without the check.
#[derive(Debug)]
pub struct Call {
    pub keyrack: Keyrack,
    pub caller: Arc<Caller>,
    pub client: Client,
    pub params: Params,
    /// Keeps others from making one.
    pub(super) _checked: (),
}

/// A call of a method that needs no credential.
#[derive(Debug)]
pub struct PublicCall {
    pub keyrack: Keyrack,
    pub client: Client,
    pub params: Params,
}
