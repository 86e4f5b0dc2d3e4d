//! The program itself: exit codes, messages, and what it leaves behind.

#[path = "../certificates.rs"]
mod certificates;
mod commands;
mod connections;
mod data;
mod doctor;
mod environments;
mod faults;
mod health;
mod log;
mod mail;
mod paths;
mod postgres_tls;
mod serve;
#[path = "../smtp.rs"]
mod smtp;
mod start;
mod support;
mod variables;
