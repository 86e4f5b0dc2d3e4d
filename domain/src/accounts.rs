//! Users, accounts and sessions.

mod auth_snapshot;
mod authenticate;
mod confirm;
mod devices;
mod email;
mod password;
mod sessions;
mod sign_in;
mod ssh_key_text;
mod ssh_keys;
mod users;

pub use crate::confirmed::Confirmed;
pub(crate) use auth_snapshot::AuthSnapshot;
pub use confirm::Confirmation;
pub use email::check_email;
pub(crate) use email::login_forms;
pub use password::check_strength;
pub use sessions::SessionKind;
pub use sign_in::{Challenge, SignIn, SignedIn};
pub use ssh_keys::SshKey;
pub use users::check_name;

use crate::core::{Core, on_core};
use crate::second_factor::SecondFactor;

/// People, their sign-ins and sessions, and how they prove who they are.
#[derive(Clone)]
pub struct Accounts {
    core: Core,
    pub(crate) second_factor: SecondFactor,
}

on_core!(Accounts);

impl Accounts {
    pub(crate) fn new(core: Core, second_factor: SecondFactor) -> Accounts {
        Accounts { core, second_factor }
    }
}
