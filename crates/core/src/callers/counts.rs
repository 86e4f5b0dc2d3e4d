//! Hits and misses of the caller cache.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters, in a cache line of their own: the fields beside them are read at every call.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(super) struct Counters {
    pub hits: Counter,
    pub negative_hits: Counter,
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

/// How well-formed credentials were resolved since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheCounts {
    /// The caller was in the cache.
    pub hits: u64,
    /// The negative cache had the value as unknown.
    pub negative_hits: u64,
    /// The result of a concurrent look-up of the same value was shared.
    pub shared: u64,
    /// The database was asked.
    pub look_ups: u64,
}

impl Counters {
    pub fn now(&self) -> CacheCounts {
        CacheCounts {
            hits: self.hits.get(),
            negative_hits: self.negative_hits.get(),
            shared: self.shared.get(),
            look_ups: self.look_ups.get(),
        }
    }
}
