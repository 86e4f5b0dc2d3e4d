//! What the domain promises, on both databases, each test on a fresh one.

mod accounts;
mod audit;
mod bed;
mod log;
mod members;
mod notices;
mod second_factor;
mod store;
mod tokens;
mod usage;
