//! The server through its doors: what scripts and browsers rely on.

mod api;
mod asvs;
mod browser;
mod documents;
mod leaks;
mod mail;
#[path = "../smtp.rs"]
mod smtp;
mod support;
mod watching;
