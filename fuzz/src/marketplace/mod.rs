//! The readers of manifests and placeholders.

pub mod document;
pub mod held;
pub mod placeholders;

pub mod steps {
    use crate::error::Error;

    pub fn invalid(at: &str, why: impl std::fmt::Display) -> Error {
        Error::invalid("jps", format!("{at}: {why}"))
    }
}
