//! Keyrack without any web: its subjects, which are crates of their own, put together into one value that the doors hold.
//!
//! The doors name every subject through this crate, so they need to know only one.

pub use keyrack_automation::{marketplace, scheduler};
pub use keyrack_core::{
    Credential, Error, Result, audit, caller, cluster, core, decision, denied, error, field, health, limits, log_lines,
    methods, networks, passwords, rate, secret, settings, store, usage, waiting, world,
};
pub use keyrack_engine as engine;
pub use keyrack_environments as environments;
pub use keyrack_environments::uploads;
pub use keyrack_identity::{accounts, notices, second_factor};
pub use keyrack_members as members;
pub use keyrack_tokens as tokens;
pub use keyrack_types as types;
pub use keyrack_types::{bounds, ids};

pub use crate::keyrack::Keyrack;

mod keyrack;
