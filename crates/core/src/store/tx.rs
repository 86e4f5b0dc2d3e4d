//! The one transaction that may write, and its one way to end well.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, OnceLock};

use sqlx::{Any, AnyConnection, Transaction};

use super::Dialect;
use super::invalidation::{Invalidation, notify, to_payloads};
use crate::error::Result;

/// What is called with every invalidation of a commit.
type Apply = dyn Fn(Invalidation) + Send + Sync;

/// What applies the invalidations of this process's commits; unset where only the command line uses the store.
#[derive(Clone, Default)]
pub(super) struct OnCommit(Arc<OnceLock<Box<Apply>>>);

impl OnCommit {
    pub fn set(&self, apply: impl Fn(Invalidation) + Send + Sync + 'static) {
        assert!(self.0.set(Box::new(apply)).is_ok(), "one core opens a store");
    }

    fn apply(&self, invalidations: &[Invalidation]) {
        if let Some(apply) = self.0.get() {
            invalidations.iter().for_each(|invalidation| apply(*invalidation));
        }
    }
}

impl fmt::Debug for OnCommit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnCommit")
    }
}

/// A transaction that may write. It is also a connection, which statements run on. Dropped without [`commit`](Tx::commit), it
/// leaves nothing behind.
#[derive(Debug)]
pub struct Tx {
    transaction: Transaction<'static, Any>,
    dialect: Dialect,
    on_commit: OnCommit,
}

impl Tx {
    pub(super) fn new(transaction: Transaction<'static, Any>, dialect: Dialect, on_commit: OnCommit) -> Tx {
        Tx { transaction, dialect, on_commit }
    }

    /// Which database it runs on.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Commits what was done, notifies all servers of what it invalidates, and applies that here. An empty list says that
    /// nothing changed which a server remembers. PostgreSQL delivers the notification at the commit, and only then.
    ///
    /// # Errors
    /// When the database cannot be reached. The invalidations are applied here all the same: the commit may have come through.
    pub async fn commit(mut self, invalidations: &[Invalidation]) -> Result<()> {
        if self.dialect == Dialect::Postgres {
            for payload in to_payloads(invalidations) {
                notify(&mut self, &payload).await?;
            }
        }
        let committed = self.transaction.commit().await;
        self.on_commit.apply(invalidations);
        Ok(committed?)
    }
}

impl Deref for Tx {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.transaction
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.transaction
    }
}
