//! Tokens: made, listed, changed, given a new secret and taken back.

mod change;
mod create;
mod draft;
mod regenerate;
mod remove;
mod review;
pub(crate) mod rows;
mod rules;
mod usage;
pub(crate) mod vouching;

pub use change::TokenChange;
pub use create::NewToken;
pub use regenerate::Renewal;
