//! The readers of what strangers write as the server has them, without the rest of the server: the crates of the wire and of
//! plain types, and of the domain the same source files, through links. So a fuzzer instruments what it explores, and is built in
//! seconds.

// The files name what they use by its crate, which is this one here.
extern crate self as keyrack_core;
extern crate self as keyrack_domain;

pub mod error;
pub mod field;
pub mod marketplace;
pub mod world;

pub use keyrack_types as types;
pub use keyrack_types::bounds;

/// What has to hold for any input at all.
pub mod held {
    pub use keyrack_wire::forwarded_for::held::addresses;
    pub use keyrack_wire::held::{json_and_lists, lists_and_dates, parameters};
    pub use keyrack_wire::multipart::held::multipart;
}
