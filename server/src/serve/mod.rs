//! Between the network and the doors: connections are accepted, requests made plain and brought to the door that they are for.

mod doors;
mod head_limit;
mod health;
pub mod listen;
mod target;

pub use doors::{App, Doors};
