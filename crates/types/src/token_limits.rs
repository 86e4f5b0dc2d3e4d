//! What a token is limited to besides its methods, and its secrets, as people see and draft them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The environments that a token opens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Environments {
    /// All, also those to come.
    #[default]
    All,
    /// These, by their short names, sorted; may be none.
    Chosen(Vec<String>),
}

/// What a token is limited to besides its methods. By default nothing is limited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenLimits {
    pub environments: Environments,
    /// Whether it may create environments, which join those that it opens. Without a meaning where it opens all.
    pub may_create: bool,
    /// Addresses and networks in CIDR form from which it is accepted; empty = from everywhere.
    pub networks: Vec<String>,
    /// Calls within any minute; 0 = as many as it likes.
    pub rate_limit: u32,
    /// Whether its value may come in an address.
    pub allow_in_url: bool,
    /// Whether it is frozen when a former value of it is used.
    pub freeze_on_reuse: bool,
}

impl Default for TokenLimits {
    fn default() -> TokenLimits {
        TokenLimits {
            environments: Environments::All,
            may_create: false,
            networks: Vec::new(),
            rate_limit: 0,
            allow_in_url: true,
            freeze_on_reuse: false,
        }
    }
}

/// What a secret opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecretState {
    /// The newest one.
    Current,
    /// Replaced, and accepted for a while all the same.
    Overlapping,
    /// Replaced, and refused.
    Retired,
    /// Found where others can read it, and refused.
    Published,
}

impl SecretState {
    /// Its name on the wire and in the store.
    pub const fn name(self) -> &'static str {
        match self {
            SecretState::Current => "current",
            SecretState::Overlapping => "overlapping",
            SecretState::Retired => "retired",
            SecretState::Published => "published",
        }
    }

    /// The state of this name.
    pub fn by_name(name: &str) -> Option<SecretState> {
        [SecretState::Current, SecretState::Overlapping, SecretState::Retired, SecretState::Published]
            .into_iter()
            .find(|state| state.name() == name)
    }
}

/// A secret of a token; never its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretView {
    pub state: SecretState,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub made: DateTime<Utc>,
    /// The first moment at which it is, or was, refused.
    #[serde(with = "chrono::serde::ts_milliseconds_option")]
    pub retires: Option<DateTime<Utc>>,
    #[serde(with = "chrono::serde::ts_milliseconds_option")]
    pub last_used: Option<DateTime<Utc>>,
    /// From where, for who may know.
    pub last_address: Option<String>,
}

/// One limit that differs, in words: what it is, and how it is before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitChange {
    /// As the API calls it.
    pub name: &'static str,
    /// As people call it.
    pub title: &'static str,
    pub before: String,
    pub after: String,
}

impl TokenLimits {
    /// Whether nothing is limited.
    pub fn is_none(&self) -> bool {
        *self == TokenLimits::default()
    }

    /// What is different, limit by limit.
    pub fn changes(&self, after: &TokenLimits) -> Vec<LimitChange> {
        self.described()
            .into_iter()
            .zip(after.described())
            .filter(|((.., before), (.., after))| before != after)
            .map(|((name, title, before), (_, _, after))| LimitChange { name, title, before, after })
            .collect()
    }

    /// Every limit: its name in the API, its name for people, how it is.
    fn described(&self) -> [(&'static str, &'static str, String); 6] {
        let yes_or_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
        let environments = match &self.environments {
            Environments::All => "all environments, also future ones".to_owned(),
            Environments::Chosen(names) if names.is_empty() => "none".to_owned(),
            Environments::Chosen(names) => names.join(", "),
        };
        let networks = if self.networks.is_empty() { "any".to_owned() } else { self.networks.join(", ") };
        let rate = if self.rate_limit == 0 { "unlimited".to_owned() } else { self.rate_limit.to_string() };
        [
            ("environments", "Environments", environments),
            ("mayCreate", "May create environments", yes_or_no(self.may_create)),
            ("networks", "Networks", networks),
            ("rateLimit", "Calls per minute", rate),
            ("allowInUrl", "Accepted in URLs", yes_or_no(self.allow_in_url)),
            ("freezeOnReuse", "Frozen when a former value is used", yes_or_no(self.freeze_on_reuse)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_that_differs_is_named_with_both_sides() {
        let none = TokenLimits::default();
        let some = TokenLimits {
            environments: Environments::Chosen(vec!["shop".into()]),
            networks: vec!["10.0.0.0/8".into()],
            rate_limit: 100,
            ..TokenLimits::default()
        };
        assert!(none.is_none() && !some.is_none() && none.changes(&none).is_empty());
        let changes: Vec<_> =
            some.changes(&none).into_iter().map(|change| (change.name, change.before, change.after)).collect();
        assert_eq!(
            changes,
            [
                ("environments", "shop".to_owned(), "all environments, also future ones".to_owned()),
                ("networks", "10.0.0.0/8".to_owned(), "any".to_owned()),
                ("rateLimit", "100".to_owned(), "unlimited".to_owned()),
            ]
        );
        assert_eq!(serde_json::from_str::<TokenLimits>("{}").unwrap(), none);
    }
}
