//! Calls that this server takes out of a rate limit which all servers on one database share.

use crate::core::Core;
use crate::error::Result;
use crate::limits::Rate;
use crate::rate::{Admission, GRANT_MILLIS, Granted, WINDOW_MILLIS};
use keyrack_types::ids::{AccountId, TokenId};

/// So many grants make up a limit: what one server holds without spending it is kept from the others for a second.
const GRANTS_OF_LIMIT: u32 = 20;

crate::store::row! {
    /// What servers took out of a limit within the last minute.
    struct Counted {
        calls: i64,
        oldest: Option<i64>,
    }
}

impl Core {
    /// Takes one call of a token after asking the database for more of them.
    ///
    /// # Errors
    /// When the database cannot be reached: nobody knows then how often the token was used.
    pub(crate) async fn ask_for_calls(&self, account: AccountId, token: TokenId, rate: &Rate) -> Result<Admission> {
        let _asking = rate.window.asking.lock().await;
        let now = self.world.now().timestamp_millis();
        // Another call may have asked meanwhile.
        let taken = rate.window.take_granted(now, rate.limit);
        if taken != Admission::NeedsGrant {
            return Ok(taken);
        }
        let granted = self.grant(account, token, rate, now).await?;
        rate.window.granted(now, granted);
        Ok(rate.window.take_granted(now, rate.limit))
    }

    async fn grant(&self, account: AccountId, token: TokenId, rate: &Rate, now: i64) -> Result<Granted> {
        let former = rate.window.grant();
        let mut tx = self.store.begin().await?;
        tx.lock_token(account, token).await?;
        sqlx::query("UPDATE token_rate_grants SET calls = $1, last_at = $2 WHERE id = $3")
            .bind(i64::from(former.spent))
            .bind(former.last_at)
            .bind(former.id)
            .execute(&mut *tx)
            .await?;
        sqlx::query("DELETE FROM token_rate_grants WHERE token_id = $1 AND (last_at <= $2 OR calls = 0)")
            .bind(token.0)
            .bind(now - WINDOW_MILLIS)
            .execute(&mut *tx)
            .await?;
        let counted = sqlx::query_as::<_, Counted>(
            "SELECT CAST(coalesce(sum(calls), 0) AS BIGINT) AS calls, min(last_at) AS oldest FROM token_rate_grants WHERE token_id = $1",
        )
        .bind(token.0)
        .fetch_one(&mut *tx)
        .await?;
        let left = rate.limit.saturating_sub(u32::try_from(counted.calls).unwrap_or(u32::MAX));
        let calls = left.min((rate.limit / GRANTS_OF_LIMIT).max(1));
        let id = if calls == 0 {
            0
        } else {
            sqlx::query_scalar(
                "INSERT INTO token_rate_grants (token_id, calls, last_at) VALUES ($1, $2, $3) RETURNING id",
            )
            .bind(token.0)
            .bind(i64::from(calls))
            .bind(now + GRANT_MILLIS)
            .fetch_one(&mut *tx)
            .await?
        };
        tx.commit(&[]).await?;
        Ok(Granted { id, calls, beside: left - calls, reset_at: counted.oldest.unwrap_or(now) + WINDOW_MILLIS })
    }
}
