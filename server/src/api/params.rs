//! Reading the parameters of a call: query and form, names in any case, empty = absent.

mod decode;
mod typed;

use std::borrow::Cow;

pub use typed::{End, Ids};

use super::error::ApiError;
use super::registry::Param;

/// More than any client sends; each costs memory.
pub const MOST_PARAMETERS: usize = 1000;

/// The parameters as they came, decoded; empty ones are not among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs(Vec<Pair>);

#[derive(Clone, PartialEq, Eq)]
struct Pair {
    /// In lower case.
    name: String,
    value: String,
}

/// Values may be secrets, so they are not printed.
impl std::fmt::Debug for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

impl Pairs {
    /// Reads the query and the form's body, in this order.
    ///
    /// # Errors
    /// [`ApiError::Request`] for broken percent-encoding, text that is not UTF-8, NUL, or more than
    /// [`MOST_PARAMETERS`].
    pub fn read(query: &[u8], form: &[u8]) -> Result<Pairs, ApiError> {
        let mut pairs = Vec::new();
        for (count, part) in parts(query).chain(parts(form)).enumerate() {
            if count == MOST_PARAMETERS {
                return Err(ApiError::Request(format!("more than {MOST_PARAMETERS} parameters in one call").into()));
            }
            let (name, value) = split_at_equals(part);
            let mut name = decode::component(name).map_err(|problem| unreadable("?", problem))?;
            name.make_ascii_lowercase();
            let value = decode::component(value).map_err(|problem| unreadable(&name, problem))?;
            if !value.is_empty() {
                pairs.push(Pair { name, value });
            }
        }
        Ok(Pairs(pairs))
    }

    /// All values under these names; `names` are compared in any case.
    fn values<'a>(&'a self, is_called: impl Fn(&str) -> bool + 'a) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |pair| is_called(&pair.name)).map(|pair| pair.value.as_str())
    }

    /// All values of the two names under which a credential comes.
    pub fn credentials(&self) -> impl Iterator<Item = &str> {
        self.values(|name| name == "session" || name == "token")
    }
}

/// The parameters of one call, seen through the declaration of its method: what is not declared cannot be read.
#[derive(Debug)]
pub struct Params {
    declared: &'static [Param],
    pairs: Pairs,
}

impl Params {
    /// Binds what came to what is declared.
    ///
    /// # Errors
    /// For the first declared parameter that is missing though required, given with two different values though it can
    /// have but one, or of a form that its kind does not have.
    pub fn bind(declared: &'static [Param], pairs: Pairs) -> Result<Params, ApiError> {
        let params = Params { declared, pairs };
        for param in declared {
            if param.required && params.raw(param).next().is_none() {
                return Err(ApiError::Missing(param.name));
            }
            params.check_form(param)?;
        }
        Ok(params)
    }

    fn declaration(&self, name: &str) -> Option<&'static Param> {
        let declaration = self.declared.iter().find(|param| param.name == name);
        debug_assert!(declaration.is_some(), "the parameter {name} is read but not declared");
        declaration
    }

    fn raw<'a>(&'a self, param: &'static Param) -> impl Iterator<Item = &'a str> {
        self.pairs.values(|name| param.is_called(name))
    }

    /// The one value of a parameter.
    fn single(&self, param: &'static Param) -> Result<Option<&str>, ApiError> {
        let mut values = self.raw(param);
        let Some(first) = values.next() else { return Ok(None) };
        if values.any(|other| other != first) {
            return Err(ApiError::bad(param.name, "it is given more than once with different values"));
        }
        Ok(Some(first))
    }
}

fn parts(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'&').filter(|part| !part.is_empty())
}

fn split_at_equals(part: &[u8]) -> (&[u8], &[u8]) {
    match part.iter().position(|byte| *byte == b'=') {
        Some(at) => (&part[..at], &part[at + 1..]),
        None => (part, b""),
    }
}

fn unreadable(name: &str, problem: decode::Problem) -> ApiError {
    let name: Cow<'_, str> =
        if name.chars().all(|c| c.is_ascii_graphic()) && name.len() <= 64 { name.into() } else { "?".into() };
    ApiError::Request(format!("invalid parameter [{name}]: {problem}").into())
}

#[cfg(test)]
mod tests;
