//! Following an invitation's link.

mod accept;

pub use self::accept::*;
