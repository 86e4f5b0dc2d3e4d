//! `utils`: what works for the account by itself.

pub mod scheduler;
