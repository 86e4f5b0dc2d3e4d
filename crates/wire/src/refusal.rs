//! Why parameters cannot be read.

use std::borrow::Cow;
use std::fmt::Display;

/// Why a call's parameters cannot be read. No text repeats a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The request cannot be read at all.
    #[error("{0}")]
    Request(Cow<'static, str>),
    /// A bound was met; the text names it and its value.
    #[error("{}", in_form(*name, problem))]
    TooLarge { name: Option<&'static str>, problem: Cow<'static, str> },
    /// A required parameter is not there, or empty.
    #[error("invalid parameter [{0}]: it is required")]
    Missing(&'static str),
    /// A parameter holds something that cannot be taken.
    #[error("invalid parameter [{name}]: {problem}")]
    Bad { name: &'static str, problem: Cow<'static, str> },
    /// As `Bad`, from a value that does not know whose it is; the reader of the parameters knows.
    #[error("{0}")]
    Nameless(Cow<'static, str>),
}

impl Refusal {
    /// A parameter that cannot be taken; `problem` says what would be right.
    pub fn bad(name: &'static str, problem: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal::Bad { name, problem: problem.into() }
    }

    /// A bound of the whole request that was met.
    pub fn too_large(problem: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal::TooLarge { name: None, problem: problem.into() }
    }

    /// Says whose the value is.
    pub(crate) fn of(self, name: &'static str) -> Refusal {
        match self {
            Refusal::Nameless(problem) => Refusal::Bad { name, problem },
            other => other,
        }
    }
}

/// The text of a bound, in the form that all texts about a parameter have.
fn in_form(name: Option<&str>, problem: &str) -> String {
    match name {
        Some(name) => format!("invalid parameter [{name}]: {problem}"),
        None => problem.to_owned(),
    }
}

/// What serde and the types that it reads say of a value.
impl serde::de::Error for Refusal {
    fn custom<T: Display>(problem: T) -> Refusal {
        Refusal::Nameless(problem.to_string().into())
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Refusal {
        Refusal::Nameless(format!("it has to be one of {}", expected.join(", ")).into())
    }

    // serde's own texts repeat the value.
    fn invalid_type(_: serde::de::Unexpected<'_>, expected: &dyn serde::de::Expected) -> Refusal {
        Refusal::Nameless(format!("it has to be {expected}").into())
    }

    fn invalid_value(_: serde::de::Unexpected<'_>, expected: &dyn serde::de::Expected) -> Refusal {
        Refusal::Nameless(format!("it has to be {expected}").into())
    }

    fn missing_field(name: &'static str) -> Refusal {
        Refusal::Missing(name)
    }
}
