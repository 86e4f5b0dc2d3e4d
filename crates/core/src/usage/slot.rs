//! The use of one credential.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};

use super::counts::Counts;
use super::origin::{LastOrigin, UsageOrigin};
use crate::client::Client;
use crate::methods::MethodId;

/// When, from where and for what a credential was used.
#[derive(Debug, Default)]
pub struct UsageSlot {
    /// Milliseconds since 1970; 0 = not in this process.
    last: AtomicI64,
    /// The value of `last` that the store already has.
    flushed: AtomicI64,
    origin: LastOrigin,
    /// Calls that the store does not have yet.
    counts: Counts,
}

impl UsageSlot {
    /// Records one use.
    pub fn record(&self, now: DateTime<Utc>, client: &Client) {
        self.origin.record(client);
        self.last.store(now.timestamp_millis(), Ordering::Relaxed);
    }

    /// Counts a call that the credential opened.
    pub fn count(&self, method: MethodId) {
        self.counts.add(method, 1);
    }

    /// The last use that this process has seen.
    pub fn last(&self) -> Option<DateTime<Utc>> {
        let last = self.last.load(Ordering::Relaxed);
        (last > 0).then(|| crate::world::from_millis(last))
    }

    /// From where it was.
    pub fn origin(&self) -> Option<UsageOrigin> {
        self.origin.get()
    }

    /// The calls that the store does not have yet.
    pub fn unflushed_calls(&self) -> impl Iterator<Item = (MethodId, u64)> {
        self.counts.read()
    }

    pub(super) fn is_unflushed(&self) -> bool {
        self.last.load(Ordering::Relaxed) != self.flushed.load(Ordering::Relaxed) || self.counts.read().next().is_some()
    }
}

/// What is on its way from a slot to the store. Calls go back into the slot unless they were written.
pub(super) struct UsageSnapshot {
    slot: Arc<UsageSlot>,
    pub last: i64,
    pub origin: Option<UsageOrigin>,
    calls: Vec<(MethodId, u64)>,
}

impl UsageSnapshot {
    /// Takes what the store does not have yet; `None` when it has everything.
    pub fn take(slot: &Arc<UsageSlot>) -> Option<UsageSnapshot> {
        slot.is_unflushed().then(|| UsageSnapshot {
            slot: slot.clone(),
            last: slot.last.load(Ordering::Relaxed),
            origin: slot.origin(),
            calls: slot.counts.take(),
        })
    }

    /// The calls of each method.
    pub fn calls(&self) -> impl Iterator<Item = (MethodId, u64)> {
        self.calls.iter().copied()
    }

    /// The store has it.
    pub fn written(mut self) {
        self.calls.clear();
        self.slot.flushed.store(self.last, Ordering::Relaxed);
    }
}

impl Drop for UsageSnapshot {
    fn drop(&mut self) {
        self.calls.drain(..).for_each(|(method, calls)| self.slot.counts.add(method, calls));
    }
}
