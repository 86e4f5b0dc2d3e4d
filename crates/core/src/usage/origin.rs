//! From where a credential was used.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::client::Client;

/// An address and what called from there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageOrigin {
    pub address: IpAddr,
    /// As sent, cut to 300 characters; may be empty.
    pub agent: String,
}

/// The origin of the last use.
#[derive(Debug, Default)]
pub struct LastOrigin {
    /// A fingerprint of what is in `origin`, so that a use from the same origin need not look there.
    mark: AtomicU64,
    origin: Mutex<Option<UsageOrigin>>,
}

impl LastOrigin {
    /// Records the origin of a use.
    pub fn record(&self, client: &Client) {
        static MARKS: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        let mark = MARKS.hash_one((client.address, client.user_agent.as_str()));
        if self.mark.load(Ordering::Relaxed) == mark {
            return;
        }
        // Two uses at one moment from two origins: either may be the last.
        if let Ok(mut origin) = self.origin.try_lock() {
            *origin = Some(UsageOrigin { address: client.address, agent: client.user_agent.clone() });
            self.mark.store(mark, Ordering::Relaxed);
        }
    }

    /// The origin, when this process has seen a use.
    pub fn get(&self) -> Option<UsageOrigin> {
        self.origin.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
