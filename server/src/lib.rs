//! The server: its doors, the way to them, and the command line.
//!
//! `serve` → `browser` and `dispatch` → `forwarding` → `http`: each knows only what stands to the right of it.
//! `methods` know the contract that `dispatch` has for them.

mod browser;
pub mod cli;
pub mod dispatch;
mod forwarding;
pub mod http;
pub mod leaks;
pub mod log;
mod memory;
pub mod methods;
mod node_web;
pub mod serve;
pub mod site;
