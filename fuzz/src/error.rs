//! The refusals that the readers make; the domain's file has all others too.

use std::borrow::Cow;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{message}")]
    Invalid { name: Cow<'static, str>, message: Cow<'static, str> },
    #[error("something went wrong")]
    Internal,
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub fn invalid(name: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Error {
        Error::Invalid { name: name.into(), message: message.into() }
    }

    pub fn internal(_cause: impl std::fmt::Display) -> Error {
        Error::Internal
    }
}
