//! From a presented credential to a caller.

use std::sync::Arc;

use chrono::TimeDelta;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::maker::Maker;
use super::sessions::SessionKind;
use crate::accounts::Accounts;
use keyrack_core::caller::{Caller, CallerCredential};
use keyrack_core::callers::{CredentialKind, Lookup};
use keyrack_core::error::{Credential, Error, Result};
use keyrack_core::secret::{SecretHash, Shape, shape};
use keyrack_core::usage::Used;
use keyrack_core::world::from_millis;
use keyrack_types::accounts::Role;
use keyrack_types::ids::{AccountId, SessionId, TokenId, UserId};
use keyrack_types::methods::ApiSet;

/// Callers behind tokens, with what [`Accounts::caller_of_token`] reads.
macro_rules! token_callers {
    () => {
        "SELECT t.id, t.account_id, t.owner_id, u.email, m.role, t.api_set, t.expires_at, t.secret_by, k.role FROM tokens t \
         JOIN memberships m ON m.account_id = t.account_id AND m.user_id = t.owner_id \
         LEFT JOIN memberships k ON k.account_id = t.account_id AND k.user_id = t.secret_by \
         JOIN users u ON u.id = t.owner_id WHERE u.enabled = 1 AND "
    };
}

/// How long a session's former value is still accepted after it changed, for requests in flight.
const GRACE_MILLIS: i64 = 10_000;

impl Accounts {
    /// The caller behind a credential of the API: a token's secret, or the value of a session that Signin opened.
    ///
    /// Shape and checksum come before any look-up. Whether the caller may call a method is for the caller of this to
    /// ask ([`Caller::may_call`]).
    ///
    /// # Errors
    /// [`Error::NotAuthenticated`], saying whether it is unknown, expired or ended.
    pub async fn authenticate(&self, credential: &str) -> Result<Arc<Caller>> {
        let hash = match shape(credential) {
            Shape::Noise => return Err(Error::NotAuthenticated(Credential::Unknown)),
            Shape::Session => {
                return self.session(SecretHash::of(credential), SessionKind::Api).await;
            }
            Shape::Token => SecretHash::of(credential),
        };
        let caller = match self.callers.token(&hash) {
            Some(caller) => {
                self.callers.count_hit();
                caller
            }
            None => self.look_up(hash, CredentialKind::Token).await?,
        };
        caller.check_alive(self.world.now())?;
        Ok(caller)
    }

    /// The caller behind the value of a browser's session cookie.
    ///
    /// # Errors
    /// [`Error::NotAuthenticated`] when there is no such session or it has ended.
    pub async fn caller_of_session(&self, value: &str) -> Result<Arc<Caller>> {
        if shape(value) != Shape::Session {
            return Err(Error::NotAuthenticated(Credential::Unknown));
        }
        self.session(SecretHash::of(value), SessionKind::Browser).await
    }

    pub(super) async fn session(&self, hash: SecretHash, kind: SessionKind) -> Result<Arc<Caller>> {
        let known = self.callers.session(&hash).filter(|caller| is_of_kind(caller, kind));
        // One that was long idle here may have been used on another server: the store knows.
        let caller = match known.filter(|caller| !self.is_idle(caller)) {
            Some(caller) => {
                self.callers.count_hit();
                caller
            }
            None => {
                let kind = if kind == SessionKind::Browser {
                    CredentialKind::BrowserSession
                } else {
                    CredentialKind::ApiSession
                };
                self.look_up(hash, kind).await?
            }
        };
        caller.check_alive(self.world.now())?;
        Ok(caller)
    }

    /// Whether this server has seen no use of the session within the limit.
    fn is_idle(&self, caller: &Caller) -> bool {
        let idle = TimeDelta::from_std(self.settings.session_idle).unwrap_or(TimeDelta::MAX);
        caller.usage.last().is_none_or(|last| self.world.now() - last > idle)
    }

    /// Asks the store, together with all who ask for the same secret meanwhile.
    async fn look_up(&self, hash: SecretHash, kind: CredentialKind) -> Result<Arc<Caller>> {
        let keyrack = self.clone();
        let look_up = move || {
            let keyrack = keyrack.clone();
            async move {
                match kind {
                    CredentialKind::Token => keyrack.find_token(&hash).await,
                    CredentialKind::ApiSession => keyrack.find_session(&hash, SessionKind::Api).await,
                    CredentialKind::BrowserSession => keyrack.find_session(&hash, SessionKind::Browser).await,
                }
            }
        };
        self.callers.find(hash, kind, look_up).await
    }

    /// Whether the value was handed out, whatever it may open now. A value that was not is nobody's for ever, because new
    /// ones are random; half a sign-in may become a session later, with the same value.
    async fn was_handed_out(&self, hash: &SecretHash, kind: CredentialKind) -> Result<bool> {
        // One statement, so that nothing is overlooked that moves from one table to another meanwhile.
        let text = match kind {
            CredentialKind::Token => "SELECT 1 FROM tokens WHERE secret_hash = $1",
            CredentialKind::ApiSession | CredentialKind::BrowserSession => {
                "SELECT 1 WHERE EXISTS (SELECT 1 FROM sessions WHERE secret_hash = $1) \
                 OR EXISTS (SELECT 1 FROM sessions WHERE previous_hash = $1) \
                 OR EXISTS (SELECT 1 FROM sign_in_challenges WHERE secret_hash = $1)"
            }
        };
        let row = sqlx::query(text).bind(hash.to_vec()).fetch_optional(self.store.read()).await?;
        Ok(row.is_some())
    }

    async fn not_found(&self, hash: &SecretHash, kind: CredentialKind) -> Result<Lookup> {
        Ok(if self.was_handed_out(hash, kind).await? { Lookup::Inactive } else { Lookup::Unknown })
    }

    async fn find_token(&self, hash: &SecretHash) -> Result<Lookup> {
        let row = sqlx::query(concat!(token_callers!(), "t.secret_hash = $1"))
            .bind(hash.to_vec())
            .fetch_optional(self.store.read())
            .await?;
        let Some(row) = row else { return self.not_found(hash, CredentialKind::Token).await };
        let caller = self.caller_of_token(&row).await?;
        // Not for ever: another role of who made the secret, or of the owner, decides anew.
        Ok(if may_act(&row, maker(&row, 7)?)? { Lookup::Caller(Arc::new(caller)) } else { Lookup::Inactive })
    }

    async fn caller_of_token(&self, row: &AnyRow) -> Result<Caller> {
        let id = TokenId(row.try_get(0)?);
        let role = stored_role(row, 4)?;
        let set = stored_set(row, 5)?;
        let methods: Vec<String> = if set == ApiSet::Custom {
            sqlx::query_scalar("SELECT method FROM token_methods WHERE token_id = $1")
                .bind(id.0)
                .fetch_all(self.store.read())
                .await?
        } else {
            Vec::new()
        };
        // Never more than the owner may do now.
        let may = self.catalog.token_bits(set, methods).intersection(&self.catalog.role_bits(role));
        Ok(Caller {
            user: UserId(row.try_get(2)?),
            email: row.try_get(3)?,
            account: AccountId(row.try_get(1)?),
            role,
            credential: CallerCredential::Token(id),
            secret_by: row.try_get::<Option<i64>, _>(7)?.map(UserId),
            may,
            expires: row.try_get::<Option<i64>, _>(6)?.map(from_millis),
            usage: self.usage.slot(Used::Token(id)),
        })
    }

    /// The caller behind a token that was found before, with the rights that it has now. Nothing of it is kept.
    ///
    /// # Errors
    /// [`Error::NotAuthenticated`] when the token is gone or has expired, or its secret opens nothing any more.
    pub(crate) async fn caller_of_token_now(&self, token: TokenId) -> Result<Caller> {
        let row = self.token_row(token).await?;
        let caller = self.caller_of_token(&row).await?;
        if !may_act(&row, maker(&row, 7)?)? {
            return Err(Error::NotAuthenticated(Credential::Unknown));
        }
        caller.check_alive(self.world.now())?;
        Ok(caller)
    }

    async fn token_row(&self, token: TokenId) -> Result<AnyRow> {
        sqlx::query(concat!(token_callers!(), "t.id = $1"))
            .bind(token.0)
            .fetch_optional(self.store.read())
            .await?
            .ok_or(Error::NotAuthenticated(Credential::Unknown))
    }

    /// The caller of a task, with the rights that its user, or the token that made it, has now. Nothing of it is kept.
    ///
    /// # Errors
    /// [`Error::NotAuthenticated`] when the token is gone or has expired, [`Error::Forbidden`] when the user, or who made the
    /// secret by which the task was made, is no member of the account any more or may do less than the token's owner.
    pub async fn caller_of_task(
        &self,
        task: i64,
        account: AccountId,
        user: UserId,
        token: Option<TokenId>,
    ) -> Result<Caller> {
        let credential = CallerCredential::Task { id: task, by_token: token };
        if let Some(token) = token {
            let row = self.token_row(token).await?;
            let made = sqlx::query(
                "SELECT t.secret_by, k.role FROM tasks t \
                 LEFT JOIN memberships k ON k.account_id = t.account_id AND k.user_id = t.secret_by WHERE t.id = $1",
            )
            .bind(task)
            .fetch_optional(self.store.read())
            .await?;
            if let Some(made) = made
                && !may_act(&row, maker(&made, 0)?)?
            {
                let why = "who made the token's value by which this task was made is no member of the account any more, or may do \
                     less than the token's owner: change the task, so that it is yours";
                return Err(Error::Forbidden(why.into()));
            }
            let caller = Caller { credential, ..self.caller_of_token(&row).await? };
            caller.check_alive(self.world.now())?;
            return Ok(caller);
        }
        let row = sqlx::query(
            "SELECT u.email, m.role FROM memberships m JOIN users u ON u.id = m.user_id \
             WHERE m.account_id = $1 AND m.user_id = $2 AND u.enabled = 1",
        )
        .bind(account.0)
        .bind(user.0)
        .fetch_optional(self.store.read())
        .await?
        .ok_or_else(|| Error::Forbidden("who made the task is no member of the account any more".into()))?;
        let role = stored_role(&row, 1)?;
        Ok(Caller {
            user,
            email: row.try_get(0)?,
            account,
            role,
            credential,
            secret_by: None,
            may: self.catalog.role_bits(role),
            expires: None,
            usage: Arc::default(),
        })
    }

    async fn find_session(&self, hash: &SecretHash, kind: SessionKind) -> Result<Lookup> {
        let now = self.world.now().timestamp_millis();
        let (idle_from, created_from) = self.session_limits();
        let row = sqlx::query(
            "SELECT s.id, s.account_id, s.user_id, u.email, m.role, s.token_id, t.expires_at, s.created_at, s.last_seen_at, \
             CASE WHEN s.secret_hash = $1 THEN 1 ELSE 0 END, s.kind FROM sessions s \
             JOIN memberships m ON m.account_id = s.account_id AND m.user_id = s.user_id \
             JOIN users u ON u.id = s.user_id LEFT JOIN tokens t ON t.id = s.token_id \
             WHERE (s.secret_hash = $1 OR (s.previous_hash = $1 AND s.rotated_at > $2)) AND u.enabled = 1 AND s.kind = $3",
        )
        .bind(hash.to_vec())
        .bind(now - GRACE_MILLIS)
        .bind(kind.name())
        .fetch_optional(self.store.read())
        .await?;
        let Some(row) = row else { return self.not_found(hash, CredentialKind::ApiSession).await };
        let id = SessionId(row.try_get(0)?);
        let usage = self.usage.slot(Used::Session(id));
        let stored: i64 = row.try_get(8)?;
        // Another server may have seen it later than this one.
        let seen = usage.last().map_or(stored, |last| last.timestamp_millis().max(stored));
        let created: i64 = row.try_get(7)?;
        if created < created_from || seen < idle_from {
            return Ok(Lookup::Expired);
        }
        let role = stored_role(&row, 4)?;
        let by_token = row.try_get::<Option<i64>, _>(5)?.map(TokenId);
        let may = match by_token {
            None => self.catalog.role_bits(role),
            Some(_) => {
                self.catalog.token_bits(ApiSet::ExtendedAccess, [""; 0]).intersection(&self.catalog.role_bits(role))
            }
        };
        let lifetime = TimeDelta::from_std(self.settings.session_lifetime).unwrap_or(TimeDelta::MAX);
        let limit = from_millis(created).checked_add_signed(lifetime);
        let token_end = row.try_get::<Option<i64>, _>(6)?.map(from_millis);
        let caller = Arc::new(Caller {
            user: UserId(row.try_get(2)?),
            email: row.try_get(3)?,
            account: AccountId(row.try_get(1)?),
            role,
            credential: CallerCredential::Session { id, browser: kind == SessionKind::Browser, by_token },
            secret_by: None,
            may,
            expires: limit.into_iter().chain(token_end).min(),
            usage,
        });
        // A former value is not kept: its seconds are numbered.
        Ok(if row.try_get::<i64, _>(9)? == 1 { Lookup::Caller(caller) } else { Lookup::Uncached(caller) })
    }
}

fn is_of_kind(caller: &Caller, kind: SessionKind) -> bool {
    matches!(caller.credential, CallerCredential::Session { browser, .. } if browser == (kind == SessionKind::Browser))
}

/// Who made a secret; the row says it in two columns from this one on. Of former versions' tasks it is not known.
fn maker(row: &AnyRow, at: usize) -> Result<Option<Maker>> {
    let Some(user) = row.try_get::<Option<i64>, _>(at)? else { return Ok(None) };
    let role = row.try_get::<Option<String>, _>(at + 1)?.map(|_| stored_role(row, at + 1)).transpose()?;
    Ok(Some(Maker { user: UserId(user), role }))
}

/// Whether a secret that somebody made may act as the owner of the token in this row of [`token_callers`].
fn may_act(row: &AnyRow, maker: Option<Maker>) -> Result<bool> {
    let Some(maker) = maker else { return Ok(true) };
    Ok(maker.may_act_as(UserId(row.try_get(2)?), stored_role(row, 4)?, stored_set(row, 5)?))
}

fn stored_role(row: &AnyRow, at: usize) -> Result<Role> {
    let name: String = row.try_get(at)?;
    Role::by_name(&name).ok_or_else(|| Error::internal(format!("the store holds the unknown role “{name}”")))
}

fn stored_set(row: &AnyRow, at: usize) -> Result<ApiSet> {
    let name: String = row.try_get(at)?;
    ApiSet::by_name(&name).ok_or_else(|| Error::internal(format!("the store holds the unknown API set “{name}”")))
}
