//! Tokens as people see and draft them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::methods::ApiSet;
use super::text::hidden;
use super::token_limits::{SecretView, TokenLimits};

/// The longest description, in characters.
pub const DESCRIPTION_LIMIT: usize = 255;

/// Of so many methods the list says how often they were called.
pub const METHODS_SHOWN: usize = 5;

/// One token in the list. Never holds the secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenView {
    pub id: i64,
    pub description: String,
    pub api_set: ApiSet,
    /// Full names of the ticked methods, sorted; for a prepared set, what the set holds on this server.
    pub methods: Vec<String>,
    /// Last second of its life; `None` = never expires.
    #[serde(with = "chrono::serde::ts_milliseconds_option")]
    pub expires: Option<DateTime<Utc>>,
    /// Whether that moment is past, by the server's clock.
    pub expired: bool,
    #[serde(with = "chrono::serde::ts_milliseconds_option")]
    pub last_used: Option<DateTime<Utc>>,
    /// Of a token that was used, when the viewer may know: whose token it is, and who may read the audit log.
    pub used: Option<TokenUse>,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub created: DateTime<Utc>,
    /// E-mail of the member who owns it.
    pub owner: String,
    /// Whether the viewer owns it.
    pub mine: bool,
    /// Shared with the account, or private to its owner.
    pub shared: bool,
    /// Counts the changes; an edit names the version it started from.
    pub version: i64,
    /// What it is limited to besides its methods.
    #[serde(default)]
    pub limits: TokenLimits,
    /// Its secrets, the current one first; empty for a token that had no other one and was not published.
    #[serde(default)]
    pub secrets: Vec<SecretView>,
    /// Whether it is refused until it gets a new secret, because a former one was used.
    #[serde(default)]
    pub frozen: bool,
}

/// What a token was last used from, and for what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenUse {
    /// The address of the last use; empty when it is not known.
    pub address: String,
    /// What called, as it named itself; may be empty.
    pub agent: String,
    /// The methods that were called most, with how often, the most called first; [`METHODS_SHOWN`] at most.
    pub calls: Vec<(String, i64)>,
    /// How many more methods were called.
    pub more: usize,
}

/// What a person chose in the token dialog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenDraft {
    pub description: String,
    pub api_set: ApiSet,
    /// Ticked methods by full name; only looked at when `api_set` is `Custom`.
    pub methods: Vec<String>,
    /// `dd-mm-yyyy` as typed; empty = never.
    pub expires: String,
    pub shared: bool,
    /// What it shall be limited to besides its methods.
    #[serde(default)]
    pub limits: TokenLimits,
}

/// A token with its secret, right after it was made; the only time the secret is returned.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewSecret {
    pub token: TokenView,
    pub secret: String,
}

impl std::fmt::Debug for NewSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewSecret").field("token", &self.token).finish_non_exhaustive()
    }
}

/// Everything the Access Tokens page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenList {
    pub tokens: Vec<TokenView>,
    /// How many tokens the account may have, expired ones included.
    pub limit: u32,
    /// Whether the account has more than one member: then Owner and Shared are shown.
    pub several_members: bool,
    /// Whether the viewer may generate, edit and remove tokens here (an Extended Access sign-in may not).
    pub may_manage: bool,
    /// Today by the server's clock, for the calendar and the check of typed days.
    #[serde(with = "super::dates::day_number")]
    pub today: chrono::NaiveDate,
}

/// What a checked draft would do, in words, for the dialog that asks for the password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenReview {
    /// One sentence or list item each: methods added and removed, dates changed, what will be opened.
    pub lines: Vec<String>,
}

/// Why a description cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DescriptionProblem {
    Empty,
    /// It has so many characters, more than [`DESCRIPTION_LIMIT`].
    TooLong(usize),
    /// It holds a character that cannot be seen.
    Hidden(char),
}

/// The description as it is stored: without blanks around it.
///
/// # Errors
/// When it is empty, too long, or holds what cannot be seen.
pub fn check_description(text: &str) -> Result<&str, DescriptionProblem> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(DescriptionProblem::Empty),
        length if length > DESCRIPTION_LIMIT => Err(DescriptionProblem::TooLong(length)),
        _ => hidden(text).map_or(Ok(text), |letter| Err(DescriptionProblem::Hidden(letter))),
    }
}

/// What a token is, as far as an edit can change it.
#[derive(Clone, Copy, Debug)]
pub struct TokenState<'a> {
    pub description: &'a str,
    pub api_set: ApiSet,
    /// By full name, sorted.
    pub methods: &'a [String],
    pub expires: Option<DateTime<Utc>>,
    pub shared: bool,
    pub limits: &'a TokenLimits,
}

impl<'a> From<&'a TokenView> for TokenState<'a> {
    fn from(token: &'a TokenView) -> TokenState<'a> {
        let TokenView { description, api_set, methods, expires, shared, limits, .. } = token;
        TokenState { description, api_set: *api_set, methods, expires: *expires, shared: *shared, limits }
    }
}

/// The last moment of a token; `None` = it never ends.
pub type TokenEnd = Option<DateTime<Utc>>;

/// What is different between two states of a token; nothing where they are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenDifference {
    /// The one before, and the one after.
    pub description: Option<(String, String)>,
    pub api_set: Option<(ApiSet, ApiSet)>,
    pub added: Vec<String>,
    pub removed: Vec<String>,
    /// The end before, and the end after.
    pub expires: Option<(TokenEnd, TokenEnd)>,
    /// Whether it is shared afterwards.
    pub shared: Option<bool>,
    /// Its limits before and after.
    pub limits: Option<Box<(TokenLimits, TokenLimits)>>,
}

impl TokenDifference {
    /// Compares two states.
    pub fn between(before: TokenState<'_>, after: TokenState<'_>) -> TokenDifference {
        let without = |all: &[String], others: &[String]| -> Vec<String> {
            all.iter().filter(|name| !others.contains(name)).cloned().collect()
        };
        let described = || (before.description.to_owned(), after.description.to_owned());
        TokenDifference {
            description: (before.description != after.description).then(described),
            api_set: (before.api_set != after.api_set).then_some((before.api_set, after.api_set)),
            added: without(after.methods, before.methods),
            removed: without(before.methods, after.methods),
            expires: (before.expires != after.expires).then_some((before.expires, after.expires)),
            shared: (before.shared != after.shared).then_some(after.shared),
            limits: (before.limits != after.limits).then(|| Box::new((before.limits.clone(), after.limits.clone()))),
        }
    }

    /// Whether the two are the same.
    pub fn is_none(&self) -> bool {
        let TokenDifference { description, api_set, added, removed, expires, shared, limits } = self;
        description.is_none()
            && api_set.is_none()
            && added.is_empty()
            && removed.is_empty()
            && expires.is_none()
            && shared.is_none()
            && limits.is_none()
    }
}
