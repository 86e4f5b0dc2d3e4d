//! Uses of secrets that open nothing any more, counted by network and day. The first of each is written at once and raises an
//! alarm; the others are counted here and written in batches, so that whoever goes on and on costs no write for each.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use ipnet::IpNet;

use crate::error::Result;
use crate::store::Store;

/// Maximum number of (secret, network, day) that are remembered; beyond it the memory begins anew, and the database knows better.
const REMEMBERED: usize = 10_000;

const DAY_MILLIS: i64 = 24 * 3600 * 1000;

/// By what uses are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReuseKey {
    /// The number of the secret.
    pub secret: i64,
    /// `192.0.2.0/24` or `2001:db8::/64`.
    pub network: String,
    /// Days since 1970.
    pub day: i64,
}

impl ReuseKey {
    /// The key of a use of a secret from an address.
    pub fn new(secret: i64, address: IpAddr, now: DateTime<Utc>) -> ReuseKey {
        let address = address.to_canonical();
        let length = if address.is_ipv4() { 24 } else { 64 };
        let network =
            IpNet::new(address, length).map_or_else(|_| address.to_string(), |network| network.trunc().to_string());
        ReuseKey { secret, network, day: now.timestamp_millis().div_euclid(DAY_MILLIS) }
    }
}

/// Uses that were counted and not yet written.
#[derive(Debug, Default)]
pub struct Reuses(Mutex<HashMap<ReuseKey, i64>>);

impl Reuses {
    /// Counts a use; false for one that this server has not seen before.
    pub fn count(&self, key: &ReuseKey) -> bool {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counted.get_mut(key).map(|count| *count += 1).is_some()
    }

    /// Remembers that a use was written, so that further ones are counted.
    pub fn remember(&self, key: ReuseKey) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.len() >= REMEMBERED {
            counted.clear();
        }
        counted.entry(key).or_default();
    }

    /// Writes what was counted.
    ///
    /// # Errors
    /// From the database; what was not written stays counted.
    pub async fn flush(&self, store: &Store, now: DateTime<Utc>) -> Result<()> {
        let today = now.timestamp_millis().div_euclid(DAY_MILLIS);
        let counted: Vec<(ReuseKey, i64)> = {
            let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            counted.retain(|key, count| *count > 0 || key.day >= today);
            counted.iter().filter(|(_, count)| **count > 0).map(|(key, count)| (key.clone(), *count)).collect()
        };
        if counted.is_empty() {
            return Ok(());
        }
        let mut tx = store.begin().await?;
        for (key, count) in &counted {
            sqlx::query(
                "UPDATE secret_reuses SET calls = calls + $1, last_at = $2 WHERE secret_id = $3 AND network = $4 AND day = $5",
            )
            .bind(count)
            .bind(now.timestamp_millis())
            .bind(key.secret)
            .bind(&key.network)
            .bind(key.day)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit(&[]).await?;
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, count) in counted {
            left.entry(key).and_modify(|now| *now -= count);
        }
        Ok(())
    }
}
