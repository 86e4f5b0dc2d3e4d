//! The server through its doors: what scripts and browsers rely on.

mod api;
mod browser;
mod support;
mod watching;
