//! Tokens: made, listed, changed, given a new secret and taken back.

mod change;
mod create;
mod leaks;
mod limits;
mod regenerate;
mod remove;
mod review;
mod rows;
mod rules;
mod scope;
mod secrets;
mod usage;
mod vouching;

pub use change::TokenChange;
pub use create::NewToken;
pub use leaks::{Leak, LeakPlace};
pub use limits::LimitsChange;
pub use regenerate::Renewal;
pub use review::{ChangeReview, NewReview};
pub use rows::{TokenRow, replace_methods};
pub use scope::{Expiry, Scope};
pub use secrets::{add_current, keep_of_removed, live, replace_at_once, retire_all};

use keyrack_core::core::Core;
use keyrack_core::on_core;

/// Tokens of an account.
#[derive(Clone)]
pub struct Tokens {
    core: Core,
}

on_core!(Tokens);

impl Tokens {
    /// Tokens of this core's database.
    pub fn new(core: Core) -> Tokens {
        Tokens { core }
    }
}
