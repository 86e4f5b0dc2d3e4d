//! What every subject of Keyrack is built on: the store and its transactions, the clock, secrets, who calls and what a caller may do,
//! the audit log, and what is remembered and counted between calls.
//!
//! [`core::Core`] holds all of it; a service of another crate holds a `Core` and reads it as its own ([`on_core!`]). Nothing here
//! knows an account's tokens, environments or members.

pub use crate::error::{Credential, Error, Result};

pub mod audit;
pub mod caller;
pub mod callers;
pub mod client;
pub mod cluster;
pub mod core;
pub mod decision;
pub mod denied;
pub mod email;
pub mod error;
pub mod field;
pub mod gathered;
mod grants;
pub mod health;
pub mod limits;
pub mod log_lines;
pub mod methods;
pub mod networks;
pub mod passwords;
pub mod rate;
pub mod reuses;
pub mod secret;
pub mod settings;
pub mod store;
pub mod throttle;
pub mod token_secrets;
pub mod usage;
pub mod waiting;
pub mod world;
