//! A text field for a day with a calendar to choose it from.

mod field;
pub mod month;
mod popup;

pub use field::DateField;
pub use month::spoken;
