//! The server through its doors: what scripts and browsers rely on.

mod api;
mod browser;
mod mail;
#[path = "../smtp.rs"]
mod smtp;
mod support;
mod watching;
