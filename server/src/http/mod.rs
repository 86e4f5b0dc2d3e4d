//! What stands between the network and the rooms.

mod address;
pub mod client;
mod doors;
pub mod forwarding;
pub mod guard;
mod head_limit;
pub mod headers;
mod health;
pub mod listen;
pub mod metrics;
pub mod request_id;
mod target;

pub use address::Address;
pub use doors::{App, Doors};
