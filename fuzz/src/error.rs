//! The refusals that the readers make; the domain's file has all others too.

use std::borrow::Cow;

use crate::field::Field;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{message}")]
    Invalid { field: Field, message: Cow<'static, str> },
    #[error("something went wrong")]
    Internal,
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub fn invalid(field: impl Into<Field>, message: impl Into<Cow<'static, str>>) -> Error {
        Error::Invalid { field: field.into(), message: message.into() }
    }

    pub fn internal(_cause: impl std::fmt::Display) -> Error {
        Error::Internal
    }
}
