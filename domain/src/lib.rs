//! What Keyrack knows without any web: accounts, tokens, methods, environments, engines, audit, store.

pub use keyrack_engine as engine;
pub use keyrack_types as types;
pub use keyrack_types::{bounds, ids};

pub use crate::error::{Credential, Error, Result};
pub use crate::keyrack::Keyrack;

pub mod accounts;
pub mod audit;
pub mod caller;
mod callers;
mod client;
pub mod cluster;
mod confirmed;
pub mod core;
pub mod environments;
pub mod error;
pub mod field;
mod gathered;
pub mod health;
mod keyrack;
pub mod log_lines;
pub mod marketplace;
pub mod members;
pub mod methods;
pub mod notices;
pub mod passwords;
pub mod scheduler;
pub mod second_factor;
pub mod secret;
pub mod settings;
pub mod store;
mod throttle;
pub mod tokens;
pub mod uploads;
pub mod usage;
mod user_lock;
pub mod waiting;
pub mod world;
