//! The secrets of a token: the current one, at most one that overlaps with it, and former ones of which only the hash is kept.
//!
//! Every secret has a row of `token_secrets`, and its state there decides what it opens.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::Tokens;
use keyrack_core::error::Result;
use keyrack_core::secret::SecretHash;
use keyrack_core::store::Tx;
pub use keyrack_core::token_secrets::live;
use keyrack_core::usage::Used;
use keyrack_core::world::from_millis;
use keyrack_types::bounds::tokens::{FORMER_SECRETS_SHOWN, SECRET_KEPT_DAYS};
use keyrack_types::ids::{TokenId, UserId};
use keyrack_types::token_limits::{SecretState, SecretView};

keyrack_core::store::row! {
    /// A secret as it is listed.
    pub(super) struct StoredSecret {
        id: i64,
        token_id: TokenId,
        state: String,
        made_at: DateTime<Utc>,
        retires_at: Option<DateTime<Utc>>,
        ended_at: Option<DateTime<Utc>>,
        last_used_at: Option<DateTime<Utc>>,
        last_address: Option<String>,
    }
}

/// Selects [`StoredSecret`]s of tokens that had more than one, the current one first and of former ones the newest.
pub(super) const SELECT_SECRETS: &str = "SELECT s.id, s.token_id, s.state, s.made_at, s.retires_at, s.ended_at, s.last_used_at, \
    s.last_address FROM token_secrets s JOIN tokens t ON t.id = s.token_id";

/// The order of them.
pub(super) const ORDER: &str =
    " AND t.rotated = 1 ORDER BY CASE s.state WHEN 'current' THEN 0 WHEN 'overlapping' THEN 1 ELSE 2 END, s.id DESC";

/// Writes the first secret of a new token, or the next one after the former was ended; `now` in milliseconds since 1970.
pub async fn add_current(tx: &mut Tx, token: TokenId, hash: SecretHash, now: i64, by: UserId) -> Result<()> {
    sqlx::query(
        "INSERT INTO token_secrets (token_id, hash, state, made_at, made_by) VALUES ($1, $2, 'current', $3, $4)",
    )
    .bind(token.0)
    .bind(hash.to_vec())
    .bind(now)
    .bind(by.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends every secret of a token that opens something, because another one takes their place. Their hashes are kept.
pub async fn retire_all(tx: &mut Tx, token: TokenId, now: i64) -> Result<()> {
    note_last_use(tx, token).await?;
    sqlx::query(
        "UPDATE token_secrets SET state = 'retired', replaced_at = coalesce(replaced_at, $1), ended_at = $1 \
         WHERE token_id = $2 AND state IN ('current', 'overlapping')",
    )
    .bind(now)
    .bind(token.0)
    .execute(&mut **tx)
    .await?;
    sqlx::query("UPDATE tokens SET rotated = 1 WHERE id = $1").bind(token.0).execute(&mut **tx).await?;
    Ok(())
}

/// Replaces every secret of a token at once by a new one, which this user made.
pub async fn replace_at_once(tx: &mut Tx, token: TokenId, hash: SecretHash, now: i64, by: UserId) -> Result<()> {
    retire_all(tx, token, now).await?;
    add_current(tx, token, hash, now, by).await
}

/// Lets the current secret overlap with the next one until this moment; one that overlaps already ends.
pub(super) async fn overlap(tx: &mut Tx, token: TokenId, now: i64, until: i64) -> Result<()> {
    note_last_use(tx, token).await?;
    end_overlapping(tx, token, now).await?;
    sqlx::query(
        "UPDATE token_secrets SET state = 'overlapping', replaced_at = $1, retires_at = $2 WHERE token_id = $3 AND state = 'current'",
    )
    .bind(now)
    .bind(until)
    .bind(token.0)
    .execute(&mut **tx)
    .await?;
    sqlx::query("UPDATE tokens SET rotated = 1 WHERE id = $1").bind(token.0).execute(&mut **tx).await?;
    Ok(())
}

/// Ends the overlapping secret of a token; false where there is none, or it has ended by itself.
pub(super) async fn end_overlapping(tx: &mut Tx, token: TokenId, now: i64) -> Result<bool> {
    let ended = sqlx::query(
        "UPDATE token_secrets SET state = 'retired', ended_at = CASE WHEN retires_at < $1 THEN retires_at ELSE $1 END, \
         retires_at = CASE WHEN retires_at < $1 THEN retires_at ELSE $1 END WHERE token_id = $2 AND state = 'overlapping'",
    )
    .bind(now)
    .bind(token.0)
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "DELETE FROM sessions WHERE token_id = $1 AND token_secret_id IN \
         (SELECT id FROM token_secrets WHERE token_id = $1 AND state = 'retired')",
    )
    .bind(token.0)
    .execute(&mut **tx)
    .await?;
    Ok(ended.rows_affected() > 0)
}

/// Copies the last use of a token to its only secret: from now on each secret has its own.
pub(super) async fn note_last_use(tx: &mut Tx, token: TokenId) -> Result<()> {
    sqlx::query(
        "UPDATE token_secrets SET last_used_at = (SELECT last_used_at FROM tokens WHERE id = $1), \
         last_address = (SELECT last_address FROM tokens WHERE id = $1) \
         WHERE token_id = $1 AND state = 'current' AND EXISTS (SELECT 1 FROM tokens WHERE id = $1 AND rotated = 0)",
    )
    .bind(token.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Copies to the secrets of a token what is known of it, before it is removed: their hashes outlive it.
pub async fn keep_of_removed(tx: &mut Tx, token: TokenId, now: i64) -> Result<()> {
    sqlx::query(
        "UPDATE token_secrets SET account_id = (SELECT account_id FROM tokens WHERE id = $1), \
         owner_id = (SELECT owner_id FROM tokens WHERE id = $1), description = (SELECT description FROM tokens WHERE id = $1), \
         ended_at = coalesce(ended_at, $2), state = CASE state WHEN 'published' THEN 'published' ELSE 'retired' END \
         WHERE token_id = $1",
    )
    .bind(token.0)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

impl Tokens {
    /// Secrets as they are listed, by token, and of the former ones of each only the newest.
    pub(super) fn secret_views(&self, stored: Vec<StoredSecret>) -> HashMap<TokenId, Vec<SecretView>> {
        let now = self.world.now();
        let mut views: HashMap<TokenId, Vec<SecretView>> = HashMap::new();
        for secret in stored {
            let views = views.entry(secret.token_id).or_default();
            let state = match SecretState::by_name(&secret.state) {
                Some(SecretState::Overlapping) if secret.retires_at.is_some_and(|end| end <= now) => {
                    SecretState::Retired
                }
                Some(state) => state,
                None => continue,
            };
            let former =
                views.iter().filter(|view| matches!(view.state, SecretState::Retired | SecretState::Published));
            if former.count() >= usize::try_from(FORMER_SECRETS_SHOWN).unwrap_or(usize::MAX) {
                continue;
            }
            let live = self.usage.seen(Used::Secret(secret.id));
            let seen = live.as_ref().and_then(|slot| slot.last());
            let address = live.filter(|_| seen >= secret.last_used_at).and_then(|slot| slot.origin());
            let last_address = address.map(|origin| origin.address.to_string()).or(secret.last_address);
            views.push(SecretView {
                state,
                made: secret.made_at,
                retires: secret.retires_at.or(secret.ended_at),
                last_used: secret.last_used_at.max(seen),
                last_address,
            });
        }
        views
    }

    /// Tidies up: writes down which overlaps have ended, and drops hashes that were kept for long enough. Nothing but tidiness
    /// depends on it.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn sweep_secrets(&self) -> Result<()> {
        let now = self.world.now();
        let kept_from = (now - TimeDelta::days(SECRET_KEPT_DAYS)).timestamp_millis();
        let mut tx = self.store.begin().await?;
        sqlx::query("UPDATE token_secrets SET state = 'retired', ended_at = retires_at WHERE state = 'overlapping' AND retires_at <= $1")
            .bind(now.timestamp_millis())
            .execute(&mut *tx)
            .await?;
        sqlx::query("DELETE FROM token_secrets WHERE state IN ('retired', 'published') AND ended_at < $1")
            .bind(kept_from)
            .execute(&mut *tx)
            .await?;
        tx.commit(&[]).await
    }
}

/// The end of an overlap that is to last so long: a whole second, because that is what headers say of it.
pub(super) fn end_of_overlap(now: DateTime<Utc>, seconds: u32) -> DateTime<Utc> {
    whole_second(now + TimeDelta::seconds(i64::from(seconds)))
}

/// The first whole second that is not before a moment.
pub(super) fn whole_second(moment: DateTime<Utc>) -> DateTime<Utc> {
    from_millis((moment.timestamp_millis() + 999) / 1000 * 1000)
}
