//! The server: routes, the API dispatcher, cookies, the command line.

pub mod api;
mod browser;
pub mod cli;
pub mod http;
pub mod log;
mod memory;
mod node_web;
pub mod site;
