//! Tokens: made, listed, changed, given a new secret and taken back.

mod change;
mod create;
mod regenerate;
mod remove;
mod review;
pub(crate) mod rows;
mod rules;
mod scope;
mod usage;
pub(crate) mod vouching;

pub use change::TokenChange;
pub use create::NewToken;
pub use regenerate::Renewal;
pub use review::{ChangeReview, NewReview};
pub use scope::{Expiry, Scope};

use crate::core::{Core, on_core};

/// Tokens of an account.
#[derive(Clone)]
pub struct Tokens {
    core: Core,
}

on_core!(Tokens);

impl Tokens {
    pub(crate) fn new(core: Core) -> Tokens {
        Tokens { core }
    }
}
