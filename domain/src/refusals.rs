//! Refusals, gathered in memory and written to the audit log in batches: a caller that is refused a thousand times a
//! second must not cost a thousand transactions.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;

use chrono::{DateTime, Utc};

use crate::audit::{self, Event};
use crate::error::Result;
use crate::store::Store;

/// Bound on memory; further kinds of refusals in the same batch are counted together.
const MOST_KINDS: usize = 10_000;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Kind {
    account: Option<i64>,
    actor: String,
    action: &'static str,
    subject: String,
    reason: String,
    address: Option<IpAddr>,
}

/// What was refused since the last flush, each kind with its count.
#[derive(Debug, Default)]
pub struct Refusals {
    kinds: Mutex<HashMap<Kind, u64>>,
}

impl Refusals {
    /// Notes a refusal; `event` says what was asked and why it was refused.
    pub fn note(&self, event: &Event) {
        let mut kind = Kind {
            account: event.account.map(|id| id.0),
            actor: event.actor.clone(),
            action: event.action,
            subject: event.subject.clone(),
            reason: match &event.outcome {
                audit::Outcome::Refused(why) => why.clone(),
                audit::Outcome::Done => String::new(),
            },
            address: event.address,
        };
        let mut kinds = self.kinds.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if kinds.len() >= MOST_KINDS && !kinds.contains_key(&kind) {
            kind.subject = "several".into();
            kind.reason = "too many different refusals to list".into();
        }
        *kinds.entry(kind).or_default() += 1;
    }

    /// Writes them as audit entries, one for each kind.
    ///
    /// # Errors
    /// From the database; then they stay noted.
    pub async fn flush(&self, store: &Store, now: DateTime<Utc>) -> Result<()> {
        let kinds = std::mem::take(&mut *self.kinds.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        if kinds.is_empty() {
            return Ok(());
        }
        let written = write(store, now, &kinds).await;
        if written.is_err() {
            let mut waiting = self.kinds.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            for (kind, count) in kinds {
                *waiting.entry(kind).or_default() += count;
            }
        }
        written
    }
}

async fn write(store: &Store, now: DateTime<Utc>, kinds: &HashMap<Kind, u64>) -> Result<()> {
    let mut tx = store.begin().await?;
    for (kind, count) in kinds {
        let mut event = Event::by_server(None, kind.action, kind.subject.clone()).refused(kind.reason.clone());
        event.account = kind.account.map(crate::ids::AccountId);
        event.actor.clone_from(&kind.actor);
        event.address = kind.address;
        if *count > 1 {
            event = event.with("times", *count);
        }
        audit::append(&mut tx, now, event).await?;
    }
    tx.commit().await?;
    Ok(())
}
