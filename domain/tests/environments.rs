//! Environments with real processes.
