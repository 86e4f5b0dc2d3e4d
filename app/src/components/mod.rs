//! Parts that several pages use.

pub mod browser;
pub mod busy;
pub mod calendar;
pub mod dialog;
pub mod icon;
pub mod selection;
pub mod toast;
pub mod tree;
