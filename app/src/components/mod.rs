//! Parts that several pages use.

pub mod calendar;
pub mod selection;
pub mod tree;
