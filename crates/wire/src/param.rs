//! What is said of one parameter.

use serde_json::Value;

/// What a parameter holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// A text that must not be seen: a password, a token.
    Secret,
    /// A whole number.
    Number,
    /// `true`/`false` in any case, or `1`/`0`.
    YesNo,
    /// `yyyy-MM-dd HH:mm:ss` in UTC, or a bare day for its last second.
    Moment,
    /// Several texts: comma, semicolon, blank, a JSON array, or the parameter given more than once.
    List,
    /// Numbers as in [`Kind::List`], or `*` for all.
    Ids,
    Json,
}

impl Kind {
    /// What the documentation calls it.
    pub const fn label(self) -> &'static str {
        match self {
            Kind::Text | Kind::Secret => "text",
            Kind::Number => "number",
            Kind::YesNo => "yes/no",
            Kind::Moment => "date",
            Kind::List | Kind::Ids => "list",
            Kind::Json => "JSON",
        }
    }

    /// Whether it may be given more than once with different values.
    pub const fn repeats(self) -> bool {
        matches!(self, Kind::List | Kind::Ids)
    }
}

/// One parameter of a method.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// The name in the platform's spelling; calls may write it in any case.
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
    /// What it is for, in one sentence.
    pub help: &'static str,
    pub example: &'static str,
    /// Other names that clients use for it.
    pub aliases: &'static [&'static str],
    /// Whether an example of a call shows it. Required ones always are; others where a call without them is refused or
    /// does nothing worth seeing.
    pub shown: bool,
    /// Its schema, where it comes from a type.
    pub schema: Option<&'static Value>,
}

impl Param {
    /// A parameter that has to be given.
    pub const fn required(name: &'static str, kind: Kind, help: &'static str, example: &'static str) -> Param {
        Param { name, kind, required: true, help, example, aliases: &[], shown: true, schema: None }
    }

    /// A parameter that may be left out (or empty, which is the same).
    pub const fn optional(name: &'static str, kind: Kind, help: &'static str, example: &'static str) -> Param {
        Param { name, kind, required: false, help, example, aliases: &[], shown: false, schema: None }
    }

    /// Adds other names that clients use for it.
    pub const fn or(mut self, aliases: &'static [&'static str]) -> Param {
        self.aliases = aliases;
        self
    }

    /// Shows it in examples of calls although it may be left out.
    pub const fn shown(mut self) -> Param {
        self.shown = true;
        self
    }

    /// Whether this is it, in any case.
    pub fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name) || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
    }
}
