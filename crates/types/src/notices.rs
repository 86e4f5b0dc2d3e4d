//! Notices as people see them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Something that a person is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeView {
    pub id: i64,
    pub title: String,
    pub body: String,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub created: DateTime<Utc>,
    pub read: bool,
}
