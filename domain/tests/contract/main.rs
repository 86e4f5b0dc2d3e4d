//! What the domain promises, on both databases, each test on a fresh one.

mod accounts;
mod audit;
mod automation;
mod callers;
mod clock;
mod cluster;
mod confirmed;
mod environments;
mod former_release;
mod guessing;
mod limits;
mod log;
mod members;
mod notices;
mod owners;
mod processes;
mod rights;
mod second_factor;
mod statements;
mod store;
mod test_domain;
mod tokens;
mod transfer;
mod usage;
mod user_limits;
