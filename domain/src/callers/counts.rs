//! How often callers were known, and how often they had to be looked up.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters. In a cache line of their own: what stands beside them is read at every call.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(super) struct Counters {
    pub hits: Counter,
    pub nobodys: Counter,
    pub shared: Counter,
    pub look_ups: Counter,
}

/// Counts up from zero.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How credentials of the right form were judged since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheCounts {
    /// The caller was remembered.
    pub hits: u64,
    /// It was remembered that the value is nobody's.
    pub nobodys: u64,
    /// Somebody else's look-up of the same value, under way just then, told it.
    pub shared: u64,
    /// The database was asked.
    pub look_ups: u64,
}

impl Counters {
    pub fn now(&self) -> CacheCounts {
        CacheCounts {
            hits: self.hits.get(),
            nobodys: self.nobodys.get(),
            shared: self.shared.get(),
            look_ups: self.look_ups.get(),
        }
    }
}
