//! Every fixed bound on what a caller can make grow, with its reason, in one place.
//!
//! A bound that an operator may want to change is an option (the settings of the domain); the rest are constants here. Whoever
//! meets one is told which bound it was and what its value is.

/// Requests: what is read before, and after, the caller is known.
pub mod http {}

/// Text that nests: JSON, YAML, placeholders, lists, paths.
pub mod nesting {}

/// Files of nodes, archives, searches in them.
pub mod files {}

/// Things that are counted per user or per account.
pub mod counts {}

/// Passwords, codes and the work of checking them.
pub mod guessing {}

/// Audit entries and log lines that a caller can cause.
pub mod records {}
