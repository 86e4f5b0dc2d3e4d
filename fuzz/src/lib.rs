//! The reader of parameters, lists and dates as the server has it: the same source files, through links, without the rest
//! of the server. So a fuzzer instruments what it explores, and is built in seconds.

// The files name what they use by its crate, which is this one here.
extern crate self as keyrack_domain;

pub mod api;
pub mod methods;
pub mod types;

pub mod held;
