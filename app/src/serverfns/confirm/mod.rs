//! What the dialog "Confirm with password" has to know.

mod begin_passkey;
mod needs;

pub use self::{begin_passkey::*, needs::*};
