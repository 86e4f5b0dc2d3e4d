//! The second step of signing in. What proves the first is the cookie of the half sign-in.

mod begin_passkey;
mod second;

pub use self::{begin_passkey::*, second::*};
