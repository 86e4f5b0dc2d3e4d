//! Users, accounts and sessions.

mod auth_snapshot;
mod authenticate;
mod confirm;
mod confirmed;
mod devices;
mod maker;
mod password;
mod reuse;
mod sessions;
mod sign_in;
mod ssh_key_text;
mod ssh_keys;
mod users;

pub use auth_snapshot::AuthSnapshot;
pub use confirm::Confirmation;
pub use confirmed::Confirmed;
pub use keyrack_core::email::check_email;
pub use password::check_strength;
pub use sessions::SessionKind;
pub use sign_in::{Challenge, SignIn, SignedIn};
pub use ssh_keys::SshKey;
pub use users::check_name;

use crate::second_factor::SecondFactor;
use keyrack_core::core::Core;
use keyrack_core::on_core;

/// People, their sign-ins and sessions, and how they prove who they are.
#[derive(Clone)]
pub struct Accounts {
    core: Core,
    second_factor: SecondFactor,
}

on_core!(Accounts);

impl Accounts {
    /// Accounts, with what proves second factors.
    pub fn new(core: Core, second_factor: SecondFactor) -> Accounts {
        Accounts { core, second_factor }
    }
}
