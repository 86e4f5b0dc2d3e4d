//! The count of one key.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::keys::{Key, at_once, free, pause_after};
use keyrack_types::bounds::guessing::{COUNTS, FORGOTTEN};

#[derive(Debug)]
pub(super) struct Count {
    pub wrong: u32,
    /// Reserved and not settled yet.
    pub looked_at: u32,
    /// Waiting to be looked at.
    pub waiting: u32,
    pub last: Instant,
    /// The next try is looked at from here on.
    pub next: Instant,
    /// Tells those who wait that something was settled.
    pub settled: Arc<Notify>,
}

impl Count {
    pub fn new(now: Instant) -> Count {
        Count { wrong: 0, looked_at: 0, waiting: 0, last: now, next: now, settled: Arc::default() }
    }

    pub fn release(&mut self) {
        self.looked_at = self.looked_at.saturating_sub(1);
        self.settled.notify_waiters();
    }

    pub fn may_enter(&self, key: Key, now: Instant) -> bool {
        // What is looked at may be wrong; after the free ones each has to be settled before the next begins.
        let at_once = if self.wrong.saturating_add(self.looked_at) <= free(key) { at_once(key) } else { 1 };
        self.next <= now && self.looked_at < at_once
    }

    /// When a further try would be looked at if all before it are wrong, as far as the deadline matters. While the free ones
    /// last, they are taken to be right: many programs of one user sign in at once.
    pub fn earliest(&self, key: Key, now: Instant, deadline: Instant) -> Instant {
        let mut until = self.next.max(now);
        if self.wrong > free(key) {
            for before in 1..=self.looked_at.saturating_add(self.waiting) {
                if until > deadline {
                    break;
                }
                until += pause_after(key, self.wrong.saturating_add(before));
            }
        }
        until
    }

    fn is_used(&self) -> bool {
        self.looked_at > 0 || self.waiting > 0
    }
}

/// Makes room. What is looked at or waited for stays: there is never more of it than there are requests.
pub(super) fn forget_old(counts: &mut HashMap<Key, Count>, now: Instant) {
    counts.retain(|_, count| count.is_used() || now.duration_since(count.last) <= FORGOTTEN);
    if counts.len() >= COUNTS {
        let mut ages: Vec<_> = counts.values().map(|count| count.last).collect();
        ages.sort_unstable();
        let keep_from = ages[ages.len() / 2];
        counts.retain(|_, count| count.is_used() || count.last > keep_from);
    }
}
