//! The reader of client addresses.

pub mod client;
