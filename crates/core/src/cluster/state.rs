//! What a server knows of itself, and the signatures of requests that others forwarded.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::time::Instant;

use keyrack_types::ids::ServerId;

/// A signature is taken for so long, in milliseconds of the clock that the servers share.
pub(super) const VALID_MILLIS: i64 = 30_000;

/// What this server knows of itself once it has joined the others.
#[derive(Debug, Default)]
pub struct Cluster {
    pub(super) me: OnceLock<Me>,
    pub(super) worker_until: Mutex<Option<Instant>>,
    /// Signatures of recently forwarded requests.
    pub(super) seen: Seen,
}

pub(super) struct Me {
    pub id: ServerId,
    pub started: i64,
    pub key: ClusterKey,
}

/// The key that all servers on one database share.
#[derive(Clone)]
pub struct ClusterKey(Arc<[u8]>);

impl ClusterKey {
    /// From the store.
    pub(super) fn new(bytes: &[u8]) -> ClusterKey {
        ClusterKey(bytes.into())
    }

    /// For signing.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for ClusterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClusterKey(…)")
    }
}

impl std::fmt::Debug for Me {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Me").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The signatures that were taken, as long as they could be taken once more, by their moment.
#[derive(Debug, Default)]
pub(super) struct Seen(pub(super) Mutex<BTreeSet<(i64, Vec<u8>)>>);

impl Seen {
    /// Whether it comes for the first time.
    pub(super) fn is_new(&self, now: i64, at: i64, signature: Vec<u8>) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *seen = seen.split_off(&(now - VALID_MILLIS, Vec::new()));
        seen.insert((at, signature))
    }
}
