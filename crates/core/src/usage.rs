//! Use of credentials, recorded in memory and flushed in batches: no call waits for a write.
//!
//! Each cached caller points to its own slot. Recording a use from the same origin is a few atomic operations: no lock
//! and no allocation. Only a use from a new origin, and the first call of a method, take memory.

mod counts;
mod origin;
mod slot;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use crate::error::Result;
use crate::methods::Catalog;
use crate::store::{Store, Tx};
use keyrack_types::ids::{SessionId, TokenId};
pub use origin::UsageOrigin;
pub use slot::UsageSlot;
use slot::UsageSnapshot;

/// Whose use a slot records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Used {
    Token(TokenId),
    /// One secret, by its number, of a token that had several.
    Secret(i64),
    Session(SessionId),
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

    /// The slot of this credential, when this process has seen it.
    pub fn seen(&self, used: Used) -> Option<Arc<UsageSlot>> {
        self.lock().get(&used).cloned()
    }

    /// The last use that this process has seen of a credential.
    pub fn last(&self, used: Used) -> Option<DateTime<Utc>> {
        self.seen(used)?.last()
    }

    /// Writes what was noted since the last time. A moment never moves back, whatever other servers wrote, and counts add
    /// up with theirs.
    ///
    /// # Errors
    /// From the database; what was not written stays noted.
    pub async fn flush(&self, store: &Store, catalog: &Catalog) -> Result<()> {
        let snapshot: Vec<(Used, UsageSnapshot)> = {
            let mut slots = self.lock();
            // A slot that only this map holds belongs to a credential that fell out of the cache.
            slots.retain(|_, slot| Arc::strong_count(slot) > 1 || slot.is_unflushed());
            slots.iter().filter_map(|(used, slot)| Some((*used, UsageSnapshot::take(slot)?))).collect()
        };
        if !snapshot.is_empty() {
            let mut tx = store.begin().await?;
            for (used, snapshot) in &snapshot {
                write(&mut tx, *used, snapshot, catalog).await?;
            }
            tx.commit(&[]).await?;
            snapshot.into_iter().for_each(|(_, snapshot)| snapshot.written());
        }
        *self.flushed.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        Ok(())
    }

    /// How long ago everything that was noted was last written.
    pub fn flushed_ago(&self) -> Duration {
        self.flushed.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Used, Arc<UsageSlot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn write(tx: &mut Tx, used: Used, snapshot: &UsageSnapshot, catalog: &Catalog) -> Result<()> {
    let id = match used {
        Used::Token(id) => id.0,
        Used::Secret(id) => {
            let text = "UPDATE token_secrets SET last_used_at = $1, last_address = $3 \
                 WHERE id = $2 AND (last_used_at IS NULL OR last_used_at < $1)";
            let address = snapshot.origin.as_ref().map(|origin| origin.address.to_string());
            sqlx::query(text).bind(snapshot.last).bind(id).bind(address).execute(&mut **tx).await?;
            return Ok(());
        }
        Used::Session(id) => {
            let text = "UPDATE sessions SET last_seen_at = $1 WHERE id = $2 AND last_seen_at < $1";
            sqlx::query(text).bind(snapshot.last).bind(id.0).execute(&mut **tx).await?;
            return Ok(());
        }
    };
    sqlx::query(
        "UPDATE tokens SET last_used_at = $1, last_address = $3, last_agent = $4 \
         WHERE id = $2 AND (last_used_at IS NULL OR last_used_at < $1)",
    )
    .bind(snapshot.last)
    .bind(id)
    .bind(snapshot.origin.as_ref().map(|origin| origin.address.to_string()))
    .bind(snapshot.origin.as_ref().map(|origin| origin.agent.clone()))
    .execute(&mut **tx)
    .await?;
    for (method, calls) in snapshot.calls() {
        // Of a token that was removed meanwhile there is nothing left to count.
        sqlx::query(
            "INSERT INTO token_usage (token_id, method, calls) SELECT id, $2, $3 FROM tokens WHERE id = $1 \
             ON CONFLICT (token_id, method) DO UPDATE SET calls = token_usage.calls + excluded.calls",
        )
        .bind(id)
        .bind(catalog.entry(method).info.name.clone())
        .bind(i64::try_from(calls).unwrap_or(i64::MAX))
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}
