//! The tree of API methods with three-state checkboxes.
//!
//! The model (`catalog`, `state`, `rows`, `keys`, `marks`) is plain Rust and tested natively; the rest draws it.

pub mod catalog;
pub mod keys;
pub mod marks;
pub mod rows;
pub mod state;
