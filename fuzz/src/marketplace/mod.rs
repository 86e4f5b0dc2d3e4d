//! The readers of manifests and placeholders.

pub mod document;
pub mod held;
pub mod placeholders;

pub mod steps {
    use crate::error::Error;
    use crate::field;

    pub fn invalid(at: &str, why: impl std::fmt::Display) -> Error {
        Error::invalid(field::App::Manifest, format!("{at}: {why}"))
    }
}
