//! The Members page's server functions. Each change returns the new list of members.

mod change_role;
mod invite;
mod remove;
mod tokens;
mod withdraw;

pub use self::{change_role::*, invite::*, remove::*, tokens::*, withdraw::*};
