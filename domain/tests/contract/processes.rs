//! Watching real processes.

use std::path::PathBuf;

pub use keyrack_engine::contract::processes::*;

/// The program that supervises and is a node in tests.
pub fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_keyrack-test-node"))
}
