//! The Keyrack dashboard: pages, components and server functions.
//!
//! Compiled twice. Natively (feature `ssr`) it renders whole pages; to WASM (feature `hydrate`) only the islands and what
//! they call remain. What only the server needs (routes, layout, the pages around the islands) is not even compiled for
//! the browser. See `docs/adr/0001-islands.md`.

// The islands' views are whole types, deep ones: what is not erased, the compiler can leave out of the WASM.
#![recursion_limit = "256"]

pub mod components;
pub mod format;
pub mod pages;
pub mod paths;
pub mod serverfns;

#[cfg(feature = "ssr")]
mod app;
#[cfg(feature = "ssr")]
mod bundles;
#[cfg(feature = "ssr")]
pub mod cookie;
#[cfg(feature = "ssr")]
mod drafts;
#[cfg(feature = "ssr")]
pub mod forms;
#[cfg(feature = "ssr")]
pub mod layout;
#[cfg(feature = "ssr")]
pub mod refusal;
#[cfg(feature = "ssr")]
pub mod request_context;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
mod step_up;

#[cfg(feature = "ssr")]
pub use self::{app::App, shell::shell};
