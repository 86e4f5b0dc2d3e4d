//! Server functions about the signed-in user: name, sessions, accounts.

mod end_sessions;
mod rename;
mod switch;

pub use self::{end_sessions::*, rename::*, switch::*};
