//! Use of credentials, noted in memory and flushed in batches: no write stands on the way of a call.
//!
//! Each cached caller points to its own slot, so noting a use is two atomic operations and no lock that callers share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use crate::error::Result;
use crate::ids::{SessionId, TokenId};
use crate::store::Store;

/// Whose use a slot notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Used {
    Token(TokenId),
    Session(SessionId),
}

/// When a credential was last used.
#[derive(Debug, Default)]
pub struct UsageSlot {
    /// Milliseconds since 1970; 0 = not in this process.
    last: AtomicI64,
    /// The value of `last` that the store already has.
    flushed: AtomicI64,
    calls: AtomicU64,
}

impl UsageSlot {
    /// Notes one use.
    pub fn note(&self, now: DateTime<Utc>) {
        self.last.store(now.timestamp_millis(), Ordering::Relaxed);
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// The last use that this process has seen.
    pub fn last(&self) -> Option<DateTime<Utc>> {
        let last = self.last.load(Ordering::Relaxed);
        (last > 0).then(|| crate::world::from_millis(last))
    }

    /// How many uses this process has seen.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// The last use, when the store does not have it yet.
    fn unflushed(&self) -> Option<i64> {
        let last = self.last.load(Ordering::Relaxed);
        (last != self.flushed.load(Ordering::Relaxed)).then_some(last)
    }
}

/// All slots in use.
#[derive(Debug)]
pub struct Usage {
    slots: Mutex<HashMap<Used, Arc<UsageSlot>>>,
    /// By the machine's own steady clock, so that a jump of the time of day is no lag.
    flushed: Mutex<Instant>,
}

impl Default for Usage {
    fn default() -> Usage {
        Usage { slots: Mutex::default(), flushed: Mutex::new(Instant::now()) }
    }
}

impl Usage {
    /// The slot of this credential; one for as long as anybody holds it.
    pub fn slot(&self, used: Used) -> Arc<UsageSlot> {
        self.lock().entry(used).or_default().clone()
    }

    /// The last use that this process has seen of a credential.
    pub fn last(&self, used: Used) -> Option<DateTime<Utc>> {
        self.lock().get(&used)?.last()
    }

    /// Writes what was noted since the last time. A moment never moves back, whatever other servers wrote.
    ///
    /// # Errors
    /// From the database; what was not written stays noted.
    pub async fn flush(&self, store: &Store) -> Result<()> {
        let noted: Vec<(Used, Arc<UsageSlot>, i64)> = {
            let mut slots = self.lock();
            // A slot that only this map holds belongs to a credential that fell out of the cache.
            slots.retain(|_, slot| Arc::strong_count(slot) > 1 || slot.unflushed().is_some());
            slots.iter().filter_map(|(used, slot)| Some((*used, slot.clone(), slot.unflushed()?))).collect()
        };
        if noted.is_empty() {
            self.note_flush();
            return Ok(());
        }
        let mut tx = store.begin().await?;
        for (used, _, last) in &noted {
            let (text, id) = match used {
                Used::Token(id) => (
                    "UPDATE tokens SET last_used_at = $1 WHERE id = $2 AND (last_used_at IS NULL OR last_used_at < $1)",
                    id.0,
                ),
                Used::Session(id) => {
                    ("UPDATE sessions SET last_seen_at = $1 WHERE id = $2 AND last_seen_at < $1", id.0)
                }
            };
            sqlx::query(text).bind(*last).bind(id).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        for (_, slot, last) in noted {
            slot.flushed.store(last, Ordering::Relaxed);
        }
        self.note_flush();
        Ok(())
    }

    /// How long ago everything that was noted was last written.
    pub fn flushed_ago(&self) -> Duration {
        self.flushed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).elapsed()
    }

    fn note_flush(&self) {
        *self.flushed.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Instant::now();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Used, Arc<UsageSlot>>> {
        self.slots.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
