//! The refusals that the reader makes; the server's file has all others too.

use std::borrow::Cow;

use super::params::Names;

#[derive(Debug)]
pub enum ApiError {
    Request(Cow<'static, str>),
    TooLarge { name: Option<&'static str>, problem: Cow<'static, str> },
    Missing(&'static str),
    Bad { name: &'static str, problem: Cow<'static, str> },
}

impl ApiError {
    pub fn bad(name: &'static str, problem: impl Into<Cow<'static, str>>) -> ApiError {
        ApiError::Bad { name, problem: problem.into() }
    }

    pub fn too_large(problem: impl Into<Cow<'static, str>>) -> ApiError {
        ApiError::TooLarge { name: None, problem: problem.into() }
    }

    pub fn named(self, names: &Names) -> ApiError {
        match self {
            ApiError::Bad { name, problem } => ApiError::Bad { name: names.used(name).unwrap_or(name), problem },
            other => other,
        }
    }

    pub fn text(&self) -> String {
        match self {
            ApiError::Request(text) | ApiError::TooLarge { name: None, problem: text } => text.to_string(),
            ApiError::TooLarge { name: Some(name), problem } => format!("invalid parameter [{name}]: {problem}"),
            ApiError::Missing(name) => format!("invalid parameter [{name}]: it is required"),
            ApiError::Bad { name, problem } => format!("invalid parameter [{name}]: {problem}"),
        }
    }
}
