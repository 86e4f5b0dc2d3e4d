//! The health of the domain, for monitoring.

use std::time::Duration;

pub use crate::callers::CacheCounts;
use crate::core::Core;
use crate::error::Result;
use keyrack_types::environments::EnvStatus;

/// Counts of what runs and what waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthSnapshot {
    /// How many environments of this database are in which state; states that none is in are left out.
    pub environments: Vec<(EnvStatus, i64)>,
    /// How many notices and invitations wait to be mailed.
    pub mails_waiting: i64,
    /// How long ago what is gathered in memory (last uses, refusals) was last written.
    pub flushed: Duration,
}

crate::store::row! {
    struct StatusCount {
        status: i64,
        environments: i64,
    }
}

impl Core {
    /// How callers were resolved since the start: from the cache or from the database.
    pub fn cache_counts(&self) -> CacheCounts {
        self.callers.counts()
    }

    /// The health now.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn health_snapshot(&self) -> Result<HealthSnapshot> {
        let counts = sqlx::query_as::<_, StatusCount>(
            "SELECT status, count(*) AS environments FROM environments GROUP BY status ORDER BY status",
        )
        .fetch_all(self.store.read())
        .await?;
        let mails_waiting = sqlx::query_scalar(
            "SELECT (SELECT count(*) FROM notices WHERE mail_state = 'waiting') \
             + (SELECT count(*) FROM invitations WHERE mail_state = 'waiting' AND expires_at >= $1)",
        )
        .bind(self.world.now().timestamp_millis())
        .fetch_one(self.store.read())
        .await?;
        Ok(HealthSnapshot {
            environments: counts
                .into_iter()
                .filter_map(|row| Some((EnvStatus::by_code(row.status)?, row.environments)))
                .collect(),
            mails_waiting,
            flushed: self.usage.flushed_ago(),
        })
    }
}
