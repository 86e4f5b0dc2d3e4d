//! What Keyrack knows without any web: accounts, tokens, methods, environments, engines, audit, store.
//!
//! Without the `server` feature only [`types`] is compiled: the plain values that also travel to the browser.

pub mod types;
