//! The Environments page's server functions.

mod act;
mod overview;

pub use self::{act::*, overview::*};
