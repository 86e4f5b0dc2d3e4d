//! The readers of what strangers write as the server has them: the same source files, through links, without the rest
//! of the server. So a fuzzer instruments what it explores, and is built in seconds.

// The files name what they use by its crate, which is this one here.
extern crate self as keyrack_domain;

pub mod addresses;
pub mod api;
pub mod bounds;
pub mod caller;
pub mod http;
pub mod error;
mod json;
pub mod marketplace;
pub mod methods;
pub mod types;
pub mod world;
mod yaml;

pub mod held;
