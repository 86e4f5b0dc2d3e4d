//! `users`: people, their sessions and their tokens.

pub mod account;
pub mod authentication;
pub mod collaboration;

mod confirm;
mod person;
mod policy;
