//! What Keyrack knows without any web: accounts, tokens, methods, environments, engines, audit, store.
//!
//! Without the `server` feature only [`types`] is compiled: the plain values that also travel to the browser.

pub mod types;

#[cfg(feature = "server")]
mod server_side {
    pub use crate::error::{Credential, Error, Result};
    pub use crate::keyrack::Keyrack;
}
#[cfg(feature = "server")]
pub use server_side::*;

#[cfg(feature = "server")]
pub mod accounts;
#[cfg(feature = "server")]
pub mod audit;
#[cfg(feature = "server")]
pub mod bounds;
#[cfg(feature = "server")]
pub mod caller;
#[cfg(feature = "server")]
mod callers;
#[cfg(feature = "server")]
pub mod cluster;
#[cfg(feature = "server")]
pub mod engine;
#[cfg(feature = "server")]
pub mod environments;
#[cfg(feature = "server")]
pub mod error;
#[cfg(feature = "server")]
mod gathered;
#[cfg(feature = "server")]
pub mod ids;
#[cfg(feature = "server")]
mod json;
#[cfg(feature = "server")]
mod keyrack;
#[cfg(feature = "server")]
pub mod log_lines;
#[cfg(feature = "server")]
pub mod marketplace;
#[cfg(feature = "server")]
pub mod members;
#[cfg(feature = "server")]
pub mod methods;
#[cfg(feature = "server")]
pub mod notices;
#[cfg(feature = "server")]
pub mod passwords;
#[cfg(feature = "server")]
pub mod scheduler;
#[cfg(feature = "server")]
pub mod second_factor;
#[cfg(feature = "server")]
pub mod secret;
#[cfg(feature = "server")]
pub mod settings;
#[cfg(feature = "server")]
pub mod store;
#[cfg(feature = "server")]
mod throttle;
#[cfg(feature = "server")]
pub mod tokens;
#[cfg(feature = "server")]
pub mod uploads;
#[cfg(feature = "server")]
pub mod usage;
#[cfg(feature = "server")]
pub mod vitals;
#[cfg(feature = "server")]
pub mod waiting;
#[cfg(feature = "server")]
pub mod world;
#[cfg(feature = "server")]
mod yaml;
