//! What stands between the network and the rooms.

pub mod client;
pub mod metrics;
