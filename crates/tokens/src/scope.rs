//! What a token opens, and until when.

use chrono::{DateTime, NaiveDate, Utc};

use keyrack_types::methods::ApiSet;

/// What a token is to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A prepared set, whatever it holds on this server.
    Set(ApiSet),
    /// These methods, named as clients write them.
    Methods(Vec<String>),
}

impl Scope {
    /// The scope of who chose a set, and methods in case that it is [`ApiSet::Custom`].
    pub fn of(set: ApiSet, methods: Vec<String>) -> Scope {
        match set {
            ApiSet::Custom => Scope::Methods(methods),
            set => Scope::Set(set),
        }
    }

    /// The set that it is stored as.
    pub(super) fn set(&self) -> ApiSet {
        match self {
            Scope::Set(set) => *set,
            Scope::Methods(_) => ApiSet::Custom,
        }
    }
}

/// What becomes of a token's end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expiry {
    /// It stays.
    #[default]
    Keep,
    /// The token never ends.
    Never,
    /// Its last moment.
    At(DateTime<Utc>),
    /// Its last day. Where that is the day already, the moment stays, which may have been given to the second.
    OnDay(NaiveDate),
}
