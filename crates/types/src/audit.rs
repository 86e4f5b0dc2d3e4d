//! The audit log as people see it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntryView {
    pub id: i64,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub at: DateTime<Utc>,
    pub actor: String,
    pub action: String,
    pub subject: String,
    /// `done`, or `refused: ` and why.
    pub outcome: String,
    /// More facts, as JSON text.
    pub details: String,
    pub address: String,
}

/// Which entries are wanted; empty texts and absent days do not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditFilter {
    /// Part of who did it.
    pub person: String,
    /// Number of a token, or part of its description: what was done to it and with it.
    pub token: String,
    /// Part of an action's or a method's name.
    pub method: String,
    /// First day (UTC).
    pub from: Option<NaiveDate>,
    /// Last day (UTC).
    pub to: Option<NaiveDate>,
}

/// A page of the log, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPage {
    pub entries: Vec<AuditEntryView>,
    /// The entries before these begin below this number; `None` at the log's beginning.
    pub older: Option<i64>,
}
