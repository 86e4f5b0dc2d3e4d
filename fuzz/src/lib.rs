//! What has to hold for any input at all, from the crate that the server reads parameters with.

pub use keyrack_wire::held;
