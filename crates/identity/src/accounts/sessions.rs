//! Sessions: opened at sign-in, kept by hash, ended by sign-out, by their limits, or with the token that opened them.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::devices;
use crate::accounts::Accounts;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Client};
use keyrack_core::cluster::Invalidation;
use keyrack_core::error::{Credential, Error, Result};
use keyrack_core::secret::{Secret, SecretHash};
use keyrack_core::store::Tx;
use keyrack_core::usage::Used;
use keyrack_types::accounts::SessionView;
use keyrack_types::bounds::counts::SESSIONS_OF_USER;
use keyrack_types::ids::{AccountId, SessionId, TokenId, UserId};
use keyrack_types::methods::ApiSet;

/// Where a session lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionKind {
    /// In a browser's cookie; the API does not take it.
    Browser,
    /// With a script; the browser door does not take it.
    Api,
}

impl SessionKind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            SessionKind::Browser => "browser",
            SessionKind::Api => "api",
        }
    }
}

/// A session about to be opened.
pub(super) struct NewSession {
    pub user: UserId,
    pub account: AccountId,
    pub kind: SessionKind,
    pub by: Proven,
}

/// What was proved to open a session. It has to hold still in the transaction that opens it: checking takes a while, and
/// a password that was changed meanwhile must not open a session that outlives the change.
pub(super) enum Proven {
    /// The password behind this hash, which is all that its user has.
    Password(String),
    /// A second factor, for this half sign-in; its value too where the session keeps that.
    SecondFactor { half: i64, keep: Option<Secret> },
    /// The secret of an Extended Access token.
    /// It has this number.
    Token(TokenId, i64),
    /// The link of an invitation, just used up.
    Invitation,
}

impl Proven {
    /// The token that opens the session, when one does.
    fn token(&self) -> Option<TokenId> {
        match self {
            Proven::Token(id, _) => Some(*id),
            Proven::Password(_) | Proven::SecondFactor { .. } | Proven::Invitation => None,
        }
    }

    /// The number of the token's secret that opens it.
    fn secret(&self) -> Option<i64> {
        match self {
            Proven::Token(_, secret) => Some(*secret),
            Proven::Password(_) | Proven::SecondFactor { .. } | Proven::Invitation => None,
        }
    }

    /// Takes what was proved, once.
    async fn hold(&self, tx: &mut Tx, user: UserId, account: AccountId) -> Result<()> {
        let (held, otherwise) = match self {
            Proven::Password(hash) => (tx.lock_password(user, hash).await?, Error::WrongSignIn { wait: 0 }),
            Proven::SecondFactor { half, .. } => {
                // Two requests with one half sign-in open one session.
                let taken = sqlx::query("DELETE FROM sign_in_challenges WHERE id = $1").bind(half).execute(&mut **tx);
                (taken.await?.rows_affected() > 0, Error::NotAuthenticated(Credential::Ended))
            }
            Proven::Token(id, secret) => {
                tx.lock_token(account, *id).await?;
                let same: i64 = sqlx::query_scalar(
                    "SELECT count(*) FROM tokens t JOIN token_secrets s ON s.token_id = t.id WHERE t.id = $1 AND t.account_id = $2 \
                     AND s.id = $3 AND s.state IN ('current', 'overlapping') AND t.frozen_at IS NULL AND t.api_set = $4 \
                     AND t.owner_id = $5",
                )
                .bind(id.0)
                .bind(account.0)
                .bind(secret)
                .bind(ApiSet::ExtendedAccess.name())
                .bind(user.0)
                .fetch_one(&mut **tx)
                .await?;
                (same > 0, Error::NotAuthenticated(Credential::Unknown))
            }
            Proven::Invitation => return Ok(()),
        };
        if held { Ok(()) } else { Err(otherwise) }
    }
}

/// Ends the user's sessions beyond the limit, the oldest first, and never the one that was just opened. Those of its own kind
/// go before others: a script that never signs out must not end its user's browser session. Answers what must be forgotten.
async fn end_surplus(tx: &mut Tx, opened: i64, new: &NewSession) -> Result<Vec<Invalidation>> {
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM sessions WHERE user_id = $1")
        .bind(new.user.0)
        .fetch_one(&mut **tx)
        .await?;
    if count <= SESSIONS_OF_USER {
        return Ok(Vec::new());
    }
    let hashes: Vec<Vec<u8>> = sqlx::query_scalar(
        "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE user_id = $1 AND id <> $2 \
         ORDER BY CASE WHEN kind = $3 AND coalesce(token_id, 0) = $4 THEN 0 ELSE 1 END, id LIMIT $5) RETURNING secret_hash",
    )
    .bind(new.user.0)
    .bind(opened)
    .bind(new.kind.name())
    .bind(new.by.token().map_or(0, |id| id.0))
    .bind(count - SESSIONS_OF_USER)
    .fetch_all(&mut **tx)
    .await?;
    let hashes = hashes.iter().filter_map(|hash| SecretHash::from_stored(hash));
    Ok(hashes.map(Invalidation::Session).collect())
}

keyrack_core::store::row! {
    struct SessionRow {
        id: SessionId,
        address: String,
        user_agent: String,
        created_at: DateTime<Utc>,
        last_seen_at: DateTime<Utc>,
        kind: String,
    }
}

impl Accounts {
    pub(super) async fn open_session(
        &self,
        new: NewSession,
        client: &Client,
        email: &str,
        action: &'static str,
    ) -> Result<(Secret, Arc<Caller>)> {
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        if !tx.lock_user(new.user).await? {
            return Err(Error::NotAuthenticated(Credential::Ended));
        }
        new.by.hold(&mut tx, new.user, new.account).await?;
        let token = new.by.token();
        let (second_factor, kept) = match &new.by {
            Proven::SecondFactor { keep, .. } => (true, keep.clone()),
            Proven::Token(..) | Proven::Password(_) | Proven::Invitation => (false, None),
        };
        let secret = kept.unwrap_or_else(|| Secret::new_session(&self.world, new.user));
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO sessions (user_id, account_id, token_id, kind, secret_hash, address, user_agent, created_at, last_seen_at, \
             second_factor_at, token_secret_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10) RETURNING id",
        )
        .bind(new.user.0)
        .bind(new.account.0)
        .bind(token.map(|id| id.0))
        .bind(new.kind.name())
        .bind(secret.hash().to_vec())
        .bind(client.address.to_string())
        .bind(&client.user_agent)
        .bind(now.timestamp_millis())
        .bind(second_factor.then(|| now.timestamp_millis()))
        .bind(new.by.secret())
        .fetch_one(&mut *tx)
        .await?;
        let ended = end_surplus(&mut tx, id, &new).await?;
        let mut event = Event::by_user(Some((new.user, new.account)), email, client, action)
            .with("session", id)
            .with("kind", new.kind.name());
        if let Some(token) = token {
            event = event.with("token", token.0);
        }
        if !ended.is_empty() {
            event = event.with("sessionsEnded", ended.len());
        }
        audit::append(&mut tx, now, event).await?;
        devices::note(&mut tx, &self.settings, now, new.user, new.kind, client).await?;
        tx.commit(&ended).await?;
        let caller = self.session(secret.hash(), new.kind).await?;
        Ok((secret, caller))
    }

    /// The user's open sessions, the newest use first.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn sessions(&self, caller: &Caller) -> Result<Vec<SessionView>> {
        let (idle_from, created_from) = self.session_limits();
        let rows = sqlx::query_as::<_, SessionRow>(
            "SELECT id, address, user_agent, created_at, last_seen_at, kind FROM sessions \
             WHERE user_id = $1 AND created_at >= $2 ORDER BY last_seen_at DESC, id DESC",
        )
        .bind(caller.user.0)
        .bind(created_from)
        .fetch_all(self.store.read())
        .await?;
        let mut sessions = rows
            .into_iter()
            .map(|row| SessionView {
                id: row.id.0,
                user_id: caller.user.0,
                current: caller.session() == Some(row.id),
                address: row.address,
                user_agent: row.user_agent,
                created: row.created_at,
                last_seen: self
                    .usage
                    .last(Used::Session(row.id))
                    .map_or(row.last_seen_at, |last| last.max(row.last_seen_at)),
                api: row.kind == SessionKind::Api.name(),
            })
            .collect::<Vec<_>>();
        sessions.retain(|session| session.current || session.last_seen.timestamp_millis() >= idle_from);
        Ok(sessions)
    }

    /// Ends sessions of the caller's user: all of those named, or none.
    ///
    /// # Errors
    /// [`Error::NotFound`] naming the first number that is not one of the user's sessions.
    pub async fn end_sessions(&self, caller: &Caller, client: &Client, ids: &[i64]) -> Result<()> {
        let mut tx = self.store.begin().await?;
        tx.lock_user(caller.user).await?;
        let mut ended = Vec::with_capacity(ids.len());
        for id in ids {
            let hash: Vec<u8> =
                sqlx::query_scalar("DELETE FROM sessions WHERE id = $1 AND user_id = $2 RETURNING secret_hash")
                    .bind(*id)
                    .bind(caller.user.0)
                    .fetch_optional(&mut *tx)
                    .await?
                    .ok_or_else(|| Error::NotFound(format!("you have no session {id}").into()))?;
            ended.extend(SecretHash::from_stored(&hash).map(Invalidation::Session));
            let event = Event::by(caller, client, "session.end", format!("session:{id}"));
            audit::append(&mut tx, self.world.now(), event).await?;
        }
        tx.commit(&ended).await
    }

    /// Closes the caller's session. A token has none to close and stays alive.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn sign_out(&self, caller: &Caller, client: &Client) -> Result<()> {
        let Some(session) = caller.session() else { return Ok(()) };
        let mut tx = self.store.begin().await?;
        let hash: Option<Vec<u8>> = sqlx::query_scalar("DELETE FROM sessions WHERE id = $1 RETURNING secret_hash")
            .bind(session.0)
            .fetch_optional(&mut *tx)
            .await?;
        let event = Event::by(caller, client, "session.sign-out", format!("session:{session}"));
        audit::append(&mut tx, self.world.now(), event).await?;
        let hash = hash.and_then(|hash| SecretHash::from_stored(&hash));
        let ended: Vec<_> = hash.map(Invalidation::Session).into_iter().collect();
        tx.commit(&ended).await
    }

    /// Removes sessions that have ended by their limits; nothing but tidiness depends on it.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn sweep_sessions(&self) -> Result<()> {
        let (idle_from, created_from) = self.session_limits();
        let mut tx = self.store.begin().await?;
        sqlx::query("DELETE FROM sessions WHERE created_at < $1 OR last_seen_at < $2")
            .bind(created_from)
            .bind(idle_from)
            .execute(&mut *tx)
            .await?;
        tx.commit(&[]).await
    }

    /// A session must have been used since the first moment and opened since the second (milliseconds since 1970).
    pub(super) fn session_limits(&self) -> (i64, i64) {
        let now = self.world.now().timestamp_millis();
        let millis = |limit: std::time::Duration| i64::try_from(limit.as_millis()).unwrap_or(i64::MAX);
        (
            now.saturating_sub(millis(self.settings.session_idle)),
            now.saturating_sub(millis(self.settings.session_lifetime)),
        )
    }
}
