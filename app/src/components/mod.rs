//! Parts that several pages use.

pub mod icon;
pub mod toast;
