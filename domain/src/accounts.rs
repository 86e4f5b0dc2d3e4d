//! Users, accounts and sessions.

mod authenticate;
mod confirm;
mod devices;
mod email;
mod password;
mod sessions;
mod sign_in;
mod ssh_key_text;
mod ssh_keys;
mod standing;
mod users;

pub use confirm::{Confirmation, Confirmed};
pub use email::check_email;
pub(crate) use email::login_forms;
pub use password::check_strength;
pub use sessions::SessionKind;
pub(crate) use sessions::lock_user;
pub use sign_in::{Challenge, SignIn, SignedIn};
pub use ssh_keys::SshKey;
pub(crate) use standing::Standing;
pub use users::check_name;
