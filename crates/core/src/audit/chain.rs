//! One entry as it is stored, and how it is hashed.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{Event, Outcome};

crate::store::row! {
    /// An entry as the store keeps it.
    pub(super) struct Entry {
        pub id: i64,
        /// Milliseconds since 1970.
        pub at: i64,
        pub account_id: Option<i64>,
        pub actor: String,
        pub action: String,
        pub subject: String,
        pub outcome: String,
        /// JSON object.
        pub details: String,
        pub address: String,
    }

    /// The hash of an entry, in the same row.
    pub(super) struct EntryHash {
        pub hash: Vec<u8>,
    }
}

impl Entry {
    pub fn new(id: i64, now: DateTime<Utc>, event: Event) -> Entry {
        Entry {
            id,
            at: now.timestamp_millis(),
            account_id: event.account.map(|id| id.0),
            actor: event.actor,
            action: event.action.to_owned(),
            subject: event.subject,
            outcome: match event.outcome {
                Outcome::Done => "done".to_owned(),
                Outcome::Refused(why) => format!("refused: {why}"),
            },
            details: serde_json::Value::Object(event.details).to_string(),
            address: event.address.map(|address| address.to_string()).unwrap_or_default(),
        }
    }

    /// SHA-256 over the previous hash and every field. Each field goes in with its length, so that no two different
    /// entries read alike.
    pub fn hash(&self, previous: &[u8]) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(previous);
        let account = self.account_id.map(|id| id.to_string()).unwrap_or_default();
        let (id, at) = (self.id.to_string(), self.at.to_string());
        for field in
            [&id, &at, &account, &self.actor, &self.action, &self.subject, &self.outcome, &self.details, &self.address]
        {
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field.as_bytes());
        }
        hash.finalize().into()
    }
}
