//! Why a store cannot be opened.

/// Why a database could not be opened; one line for the operator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the database URL must begin with sqlite:// or postgres:// (it begins with “{0}”)")]
    Scheme(String),
    #[error(
        "the database was written by a newer Keyrack (schema {found}; this one knows up to {known}): install that version or a later one"
    )]
    Newer { found: i64, known: i64 },
    #[error(
        "the database has an older schema ({found}; this version needs {known}): let this version bring it up, by starting it without --no-migrate, or use the version that wrote it"
    )]
    Older { found: i64, known: i64 },
    #[error("the database is locked by another program")]
    Locked,
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    #[error("{0}")]
    Setting(String),
    #[error("the database's schema could not be brought up to date: {0}")]
    Migration(String),
}
