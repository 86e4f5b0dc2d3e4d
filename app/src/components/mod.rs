//! Parts that several pages use.

pub mod browser;
pub mod busy;
pub mod calendar;
pub mod dialog;
pub mod drawn;
pub mod icon;
#[cfg(feature = "ssr")]
pub mod mark;
pub mod selection;
pub mod toast;
pub mod tree;
