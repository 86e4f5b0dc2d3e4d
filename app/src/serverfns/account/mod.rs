//! The account page's server functions.

mod end_sessions;
mod rename;

pub use self::{end_sessions::*, rename::*};
