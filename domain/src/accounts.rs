//! Users, accounts and sessions.

mod authenticate;
mod confirm;
mod sessions;
mod sign_in;
mod users;

pub use confirm::Confirmed;
pub use sessions::SessionKind;
pub use sign_in::SignedIn;
pub use users::check_email;
