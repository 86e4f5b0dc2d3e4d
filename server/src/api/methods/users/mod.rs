//! `users`: people, their sessions and their tokens.

pub mod account;
pub mod authentication;

mod confirm;
mod person;
