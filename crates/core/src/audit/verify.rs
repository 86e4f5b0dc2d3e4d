//! Walking the chain.

use futures::TryStreamExt;
use sqlx::FromRow;

use super::chain::{Entry, EntryHash};
use crate::error::Result;
use crate::store::{AuditHead, Store};

/// The chain is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many there are, which is the number of the last one.
    pub entries: u64,
    /// The hash of the last one, in hexadecimal digits; whoever notes it elsewhere sees whether the chain was made anew since.
    pub last_hash: String,
}

/// The first place where the chain does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("entry {id} is missing (the next one that is there is {next})")]
    Missing { id: i64, next: i64 },
    #[error("entry {id} was changed: its hash does not fit it and the entry before it")]
    Changed { id: i64 },
    #[error("the log was cut off after entry {last}: {expected} entries were written")]
    Cut { last: i64, expected: i64 },
    #[error("the log ends with entry {last}, but only {expected} were written by Keyrack")]
    Grown { last: i64, expected: i64 },
    #[error("the end of the chain was changed: entry {last} does not have the hash that was noted")]
    Head { last: i64 },
}

/// Walks the whole chain, in memory that does not grow with it.
///
/// # Errors
/// The outer one from the database; the inner one names the first broken entry.
pub async fn verify(store: &Store) -> Result<Result<Verified, Broken>> {
    // The head first: entries appended while we walk come after it and are looked at too.
    let AuditHead { last_id: expected, hash: noted } =
        sqlx::query_as::<_, AuditHead>("SELECT last_id, hash FROM audit_head WHERE id = 1")
            .fetch_one(store.read())
            .await?;
    let mut rows = sqlx::query(
        "SELECT id, at, account_id, actor, action, subject, outcome, details, address, hash FROM audit ORDER BY id",
    )
    .fetch(store.read());
    let mut previous = vec![0; 32];
    let mut last = 0;
    let mut at_head = (expected == 0).then(|| previous.clone());
    while let Some(row) = rows.try_next().await? {
        let entry = Entry::from_row(&row)?;
        if entry.id != last + 1 {
            return Ok(Err(Broken::Missing { id: last + 1, next: entry.id }));
        }
        let EntryHash { hash } = EntryHash::from_row(&row)?;
        if hash != entry.hash(&previous) {
            return Ok(Err(Broken::Changed { id: entry.id }));
        }
        last = entry.id;
        previous = hash;
        if last == expected {
            at_head = Some(previous.clone());
        }
    }
    drop(rows);
    if last < expected {
        return Ok(Err(Broken::Cut { last, expected }));
    }
    if at_head.as_deref() != Some(noted.as_slice()) {
        return Ok(Err(Broken::Head { last: expected }));
    }
    let now_expected: i64 =
        sqlx::query_scalar("SELECT last_id FROM audit_head WHERE id = 1").fetch_one(store.read()).await?;
    if last > now_expected {
        return Ok(Err(Broken::Grown { last, expected: now_expected }));
    }
    Ok(Ok(Verified { entries: last as u64, last_hash: hex::encode(previous) }))
}
