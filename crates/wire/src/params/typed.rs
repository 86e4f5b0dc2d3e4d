//! The typed reading of parameters. All refusals have one form: `invalid parameter [name]: what would be right`.

use chrono::{DateTime, Utc};
use keyrack_types::dates::parse_wire_moment;
use keyrack_types::lists::parse_list;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Params;
use crate::{Kind, Param, Refusal};

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

impl Params {
    /// A text that is there.
    ///
    /// # Errors
    /// When it is missing.
    pub fn text(&self, name: &'static str) -> Result<&str, Refusal> {
        self.opt_text(name)?.ok_or(Refusal::Missing(name))
    }

    /// A text that may be there.
    ///
    /// # Errors
    /// As for every parameter: never after [`Params::bind`].
    pub fn opt_text(&self, name: &'static str) -> Result<Option<&str>, Refusal> {
        self.declaration(name).map_or(Ok(None), |param| self.single(param))
    }

    /// A whole number that is there.
    ///
    /// # Errors
    /// When it is missing or no whole number.
    pub fn number(&self, name: &'static str) -> Result<i64, Refusal> {
        self.opt_number(name)?.ok_or(Refusal::Missing(name))
    }

    /// A whole number that may be there.
    ///
    /// # Errors
    /// When it is no whole number.
    pub fn opt_number(&self, name: &'static str) -> Result<Option<i64>, Refusal> {
        self.opt_text(name)?.map(|value| number(name, value)).transpose()
    }

    /// Yes or no; `false` when it is not there.
    ///
    /// # Errors
    /// When it is neither.
    pub fn yes(&self, name: &'static str) -> Result<bool, Refusal> {
        Ok(self.opt_yes(name)?.unwrap_or_default())
    }

    /// Yes or no, if it is there.
    ///
    /// # Errors
    /// When it is neither.
    pub fn opt_yes(&self, name: &'static str) -> Result<Option<bool>, Refusal> {
        self.opt_text(name)?.map(|value| yes_no(name, value)).transpose()
    }

    /// A moment, or `never`, if it is there.
    ///
    /// # Errors
    /// When it is no moment.
    pub fn opt_end(&self, name: &'static str) -> Result<Option<End>, Refusal> {
        self.opt_text(name)?.map(|value| end(name, value)).transpose()
    }

    /// The items of a list in any of its forms; empty when it is not there.
    pub fn list(&self, name: &'static str) -> Vec<String> {
        self.declaration(name).map_or_else(Vec::new, |param| parse_list(self.raw(param)))
    }

    /// Numbers of things, if they are there.
    ///
    /// # Errors
    /// When one is no number.
    pub fn opt_ids(&self, name: &'static str) -> Result<Option<Ids>, Refusal> {
        let items = self.list(name);
        if items.is_empty() {
            return Ok(None);
        }
        if items.iter().any(|item| item == "*") {
            return Ok(Some(Ids::All));
        }
        let ids: Result<_, _> = items.iter().map(|item| number(name, item)).collect();
        ids.map(|ids| Some(Ids::These(ids)))
    }

    /// Numbers of things.
    ///
    /// # Errors
    /// When there is none, or one is no number.
    pub fn ids(&self, name: &'static str) -> Result<Ids, Refusal> {
        self.opt_ids(name)?.ok_or(Refusal::Missing(name))
    }

    /// JSON, if it is there.
    ///
    /// # Errors
    /// When it is no JSON.
    pub fn opt_json(&self, name: &'static str) -> Result<Option<Value>, Refusal> {
        self.opt_text(name)?.map(|value| json(name, value)).transpose()
    }

    /// Whether the value has a form that its kind can have.
    pub(super) fn check_form(&self, param: &'static Param) -> Result<(), Refusal> {
        self.pairs.check_bounds(param)?;
        if param.kind == Kind::Ids {
            return self.opt_ids(param.name).map(drop);
        }
        if param.kind.repeats() {
            return Ok(());
        }
        let Some(value) = self.single(param)? else { return Ok(()) };
        match param.kind {
            Kind::Number => number(param.name, value).map(drop),
            Kind::YesNo => yes_no(param.name, value).map(drop),
            Kind::Moment => end(param.name, value).map(drop),
            Kind::Json => json(param.name, value).map(drop),
            Kind::Text | Kind::Secret | Kind::List | Kind::Ids => Ok(()),
        }
    }
}

fn number(name: &'static str, value: &str) -> Result<i64, Refusal> {
    whole_number(value).map_err(|problem| Refusal::bad(name, problem))
}

fn yes_no(name: &'static str, value: &str) -> Result<bool, Refusal> {
    flag(value).map_err(|problem| Refusal::bad(name, problem))
}

fn end(name: &'static str, value: &str) -> Result<End, Refusal> {
    End::parse(value).map_err(|problem| Refusal::bad(name, problem))
}

fn json(name: &'static str, value: &str) -> Result<Value, Refusal> {
    any_json(value).map_err(|problem| Refusal::bad(name, problem))
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
    // The parser's own text tells where the fault is; it does not repeat the value.
    serde_json::from_str(value).map_err(|error| format!("it has to be JSON ({error})"))
}
