//! Parts that several pages use.

pub mod icon;
#[cfg(feature = "ssr")]
pub mod mark;
pub mod toast;
