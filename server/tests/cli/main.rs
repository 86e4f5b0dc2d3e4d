//! The program itself: exit codes, messages, and what it leaves behind.

mod commands;
mod connections;
mod data;
mod environments;
mod faults;
mod mail;
mod serve;
#[path = "../smtp.rs"]
mod smtp;
mod start;
mod support;
