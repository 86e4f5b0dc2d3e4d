//! The forms of single values. What is wrong with one says what would be right, and never repeats it.

use chrono::{DateTime, Utc};
use keyrack_types::dates::parse_wire_moment;
use serde::de::DeserializeOwned;

/// Which of several numbered things are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ids {
    /// `*`
    All,
    These(Vec<i64>),
}

/// When something is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Never,
    At(DateTime<Utc>),
}

impl End {
    /// Reads a moment, a bare day or `never`.
    pub(crate) fn parse(value: &str) -> Result<End, &'static str> {
        if value.trim().eq_ignore_ascii_case("never") {
            return Ok(End::Never);
        }
        parse_wire_moment(value).map(End::At).ok_or(
            "it has to be a moment: yyyy-MM-dd HH:mm:ss in UTC, for example 2027-12-31 23:59:59, or ISO 8601, for example \
             2027-12-31T23:59:59+02:00",
        )
    }

    /// The form in which the domain keeps it; `None` = never.
    pub fn moment(self) -> Option<DateTime<Utc>> {
        match self {
            End::Never => None,
            End::At(moment) => Some(moment),
        }
    }
}

/// A whole number.
pub(crate) fn whole_number(value: &str) -> Result<i64, &'static str> {
    value.trim().parse().map_err(|_| "it has to be a whole number")
}

/// Yes or no.
pub(crate) fn flag(value: &str) -> Result<bool, &'static str> {
    match value.trim() {
        "1" => Ok(true),
        "0" => Ok(false),
        word if word.eq_ignore_ascii_case("true") => Ok(true),
        word if word.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err("it has to be true or false"),
    }
}

/// JSON of this type.
pub(crate) fn any_json<T: DeserializeOwned>(value: &str) -> Result<T, String> {
    // The parser's own text says where the fault is; it does not repeat the value.
    serde_json::from_str(value).map_err(|error| format!("it has to be JSON ({error})"))
}
