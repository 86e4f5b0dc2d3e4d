//! Notices as people see them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A notice to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeView {
    pub id: i64,
    pub title: String,
    pub body: String,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub created: DateTime<Utc>,
    pub read: bool,
}
