//! What the domain promises, on both databases, each test on a fresh one.

mod accounts;
mod audit;
mod bed;
mod engine;
mod environments;
mod processes;
mod store;
mod tokens;
mod usage;
