//! The program itself: exit codes, messages, and what it leaves behind.

mod commands;
mod connections;
mod environments;
mod serve;
mod start;
mod support;
