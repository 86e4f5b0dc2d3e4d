//! The tree of API methods with three-state checkboxes.
//!
//! The model (`catalog`, `state`, `rows`, `keys`, `marks`) is plain Rust and tested natively; `view`, `lines` and `line` draw it.
//!
//! Two choices are worth knowing. A class shows the state and the count of *all* its methods even while a filter hides
//! some, because it must never look wholly granted when it is not; ticking it changes only the methods that are shown.
//! And while Only Checked is on, a method that is unticked leaves the view at once, as the name of the button says.

pub mod catalog;
pub mod keys;
mod line;
mod lines;
pub mod marks;
pub mod rows;
pub mod state;
mod view;

pub use view::MethodTree;
