//! Telling owners that a token is going to expire: 30, 7 and 1 days before.

use super::{Notice, notify};
use crate::notices::Notices;
use keyrack_core::error::Result;
use keyrack_core::world::from_millis;
use keyrack_types::ids::{AccountId, UserId};

const DAYS: [i64; 3] = [1, 7, 30];
const DAY_MILLIS: i64 = 24 * 3600 * 1000;

keyrack_core::store::row! {
    struct ExpiringToken {
        id: i64,
        account_id: AccountId,
        owner_id: UserId,
        description: String,
        expires_at: i64,
        created_at: i64,
    }
}

impl Notices {
    /// Tells the owners of tokens that end soon, once for each number of days. Each run tells only the nearest one, so
    /// that a token made for three days is not announced as ending in thirty.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn tell_expiries(&self) -> Result<()> {
        let now = self.world.now();
        let millis = now.timestamp_millis();
        let mut tx = self.store.begin().await?;
        let tokens = sqlx::query_as::<_, ExpiringToken>(
            "SELECT id, account_id, owner_id, description, expires_at, created_at FROM tokens WHERE expires_at > $1 AND expires_at <= $2",
        )
        .bind(millis)
        .bind(millis + DAYS[2] * DAY_MILLIS)
        .fetch_all(&mut *tx)
        .await?;
        for token in tokens {
            let (end, created) = (token.expires_at, token.created_at);
            let Some(days) = DAYS.into_iter().find(|days| end - millis <= days * DAY_MILLIS) else { continue };
            // Who made a token for less than that has just chosen its end.
            if end - created <= days * DAY_MILLIS {
                continue;
            }
            // The key makes sure that of several servers one tells.
            let first = sqlx::query(
                "INSERT INTO expiry_notices (token_id, expires_at, days) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            )
            .bind(token.id)
            .bind(end)
            .bind(days)
            .execute(&mut *tx)
            .await?;
            if first.rows_affected() == 1 {
                let notice = Notice::Expiry { description: &token.description, end: from_millis(end), days };
                notify(&mut tx, &self.settings, now, token.owner_id, Some(token.account_id), notice).await?;
            }
        }
        tx.commit(&[]).await
    }
}
