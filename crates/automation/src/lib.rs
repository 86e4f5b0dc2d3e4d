//! What works with environments by itself: manifests that are carried out step by step, and tasks at set times.
//!
//! Nothing but the program that puts the services together depends on this crate.

pub mod marketplace;
pub mod scheduler;
