//! From where a credential was used.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::client::Client;

/// An address and what called from there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub address: IpAddr,
    /// As sent, cut to 300 characters; may be empty.
    pub agent: String,
}

/// The place of the last use.
#[derive(Debug, Default)]
pub struct LastPlace {
    /// A fingerprint of what is in `place`, so that a use from the same place need not look there.
    mark: AtomicU64,
    place: Mutex<Option<Place>>,
}

impl LastPlace {
    /// Notes the place of a use.
    pub fn note(&self, client: &Client) {
        static MARKS: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        let mark = MARKS.hash_one((client.address, client.user_agent.as_str()));
        if self.mark.load(Ordering::Relaxed) == mark {
            return;
        }
        // Two uses at one moment from two places: either may be the last.
        if let Ok(mut place) = self.place.try_lock() {
            *place = Some(Place { address: client.address, agent: client.user_agent.clone() });
            self.mark.store(mark, Ordering::Relaxed);
        }
    }

    /// The place, when this process has seen a use.
    pub fn get(&self) -> Option<Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
