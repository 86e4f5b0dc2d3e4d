//! Server functions about who one is: name, sessions, accounts.

mod end_sessions;
mod rename;
mod switch;

pub use self::{end_sessions::*, rename::*, switch::*};
