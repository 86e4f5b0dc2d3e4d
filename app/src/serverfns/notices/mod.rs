//! The Notices page's server function.

mod read;

pub use self::read::*;
