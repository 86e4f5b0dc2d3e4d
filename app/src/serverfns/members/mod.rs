//! The Members page's server functions. Each answers the members as they are after it.

mod change_role;
mod invite;
mod remove;
mod tokens;
mod withdraw;

pub use self::{change_role::*, invite::*, remove::*, tokens::*, withdraw::*};
