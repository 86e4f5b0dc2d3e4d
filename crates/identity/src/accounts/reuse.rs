//! The alarm when a secret is used that was replaced, removed or published.
//!
//! It is raised once per secret, network and day. It revokes nothing, or whoever finds an old value could cut off its token; an
//! owner who wants that can have the token frozen.

use crate::accounts::Accounts;
use crate::notices::{Notice, notify};
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::Client;
use keyrack_core::callers::RefusedSecret;
use keyrack_core::cluster::Invalidation;
use keyrack_core::error::Result;
use keyrack_core::reuses::ReuseKey;
use keyrack_core::store::Tx;
use keyrack_core::token_secrets::live;
use keyrack_types::bounds::tokens::{REUSE_LEEWAY, REUSE_NETWORKS_A_DAY};
use keyrack_types::ids::{AccountId, TokenId, UserId};

/// Stands for all networks beyond those that are counted apart.
const ELSEWHERE: &str = "elsewhere";

keyrack_core::store::row! {
    /// Whose secret it was. What its token was is copied when the token is removed.
    struct Reused {
        state: String,
        account_id: Option<AccountId>,
        owner_id: Option<UserId>,
        description: Option<String>,
        token_id: Option<TokenId>,
        freeze: bool,
    }
}

impl Accounts {
    /// Notes the use of a secret that opens nothing any more.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub(super) async fn note_reuse(&self, secret: &RefusedSecret, client: &Client) -> Result<()> {
        let now = self.world.now();
        let leeway = i64::try_from(REUSE_LEEWAY.as_millis()).unwrap_or(i64::MAX);
        if secret.ended.is_none_or(|ended| now.timestamp_millis() - ended < leeway) {
            return Ok(());
        }
        let mut key = ReuseKey::new(secret.id, client.address, now);
        if self.reuses.count(&key) {
            return Ok(());
        }
        let mut tx = self.store.begin().await?;
        let networks: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM secret_reuses WHERE secret_id = $1 AND day = $2 AND network <> $3",
        )
        .bind(key.secret)
        .bind(key.day)
        .bind(&key.network)
        .fetch_one(&mut *tx)
        .await?;
        if networks >= REUSE_NETWORKS_A_DAY {
            key.network = ELSEWHERE.to_owned();
            if self.reuses.count(&key) {
                return Ok(());
            }
        }
        // None for a secret whose hash is not kept any more.
        let calls: Option<i64> = sqlx::query_scalar(
            "INSERT INTO secret_reuses (secret_id, network, day, first_at, last_at, calls) \
             SELECT id, $2, $3, $4, $4, 1 FROM token_secrets WHERE id = $1 \
             ON CONFLICT (secret_id, network, day) DO UPDATE SET calls = secret_reuses.calls + 1, last_at = excluded.last_at \
             RETURNING calls",
        )
        .bind(key.secret)
        .bind(&key.network)
        .bind(key.day)
        .bind(now.timestamp_millis())
        .fetch_optional(&mut *tx)
        .await?;
        let invalidated = if calls == Some(1) { self.raise_alarm(&mut tx, &key, client).await? } else { Vec::new() };
        tx.commit(&invalidated).await?;
        self.reuses.remember(key);
        Ok(())
    }

    async fn raise_alarm(&self, tx: &mut Tx, key: &ReuseKey, client: &Client) -> Result<Vec<Invalidation>> {
        let now = self.world.now();
        let reused = sqlx::query_as::<_, Reused>(
            "SELECT s.state, coalesce(t.account_id, s.account_id) AS account_id, coalesce(t.owner_id, s.owner_id) AS owner_id, \
             coalesce(t.description, s.description) AS description, t.id AS token_id, \
             CASE WHEN t.freeze_on_reuse = 1 AND t.frozen_at IS NULL THEN 1 ELSE 0 END AS freeze \
             FROM token_secrets s LEFT JOIN tokens t ON t.id = s.token_id WHERE s.id = $1",
        )
        .bind(key.secret)
        .fetch_one(&mut **tx)
        .await?;
        let description = reused.description.unwrap_or_default();
        let what = match (reused.state.as_str(), reused.token_id) {
            ("published", _) => "published",
            (_, None) => "removed",
            (_, Some(_)) => "replaced",
        };
        let subject = match reused.token_id {
            Some(token) => format!("token:{token} {description}"),
            None => format!("secret:{} {description}", key.secret),
        };
        let event = Event::by_server(reused.account_id, "token.retired-value-used", subject.clone())
            .with("value", what)
            .with("network", key.network.as_str())
            .from(client.address);
        audit::append(tx, now, event).await?;
        let mut invalidated = Vec::new();
        let token = reused.token_id.filter(|_| reused.freeze);
        if let Some(token) = token {
            invalidated = freeze(tx, token, now.timestamp_millis()).await?;
            audit::append(tx, now, Event::by_server(reused.account_id, "token.freeze", subject)).await?;
        }
        if let Some(owner) = reused.owner_id {
            let notice = Notice::RetiredValueUsed { description: &description, what, client, frozen: token.is_some() };
            notify(tx, &self.settings, now, owner, reused.account_id, notice).await?;
        }
        Ok(invalidated)
    }
}

/// Refuses a token's secrets until it gets a new one.
async fn freeze(tx: &mut Tx, token: TokenId, now: i64) -> Result<Vec<Invalidation>> {
    sqlx::query("UPDATE tokens SET frozen_at = $1, version = version + 1 WHERE id = $2")
        .bind(now)
        .bind(token.0)
        .execute(&mut **tx)
        .await?;
    sqlx::query("DELETE FROM sessions WHERE token_id = $1").bind(token.0).execute(&mut **tx).await?;
    live(tx, token).await
}
