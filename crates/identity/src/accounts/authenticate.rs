//! From a presented credential to a caller.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::maker::Maker;
use super::sessions::SessionKind;
use crate::accounts::Accounts;
use keyrack_core::caller::{Caller, CallerCredential, Client};
use keyrack_core::callers::{CredentialKind, Known, Lookup, RefusedSecret};
use keyrack_core::error::{Credential, Error, Result};
use keyrack_core::limits::{Limits, Overlap, PresentedSecret, Rate, Reach};
use keyrack_core::networks::Networks;
use keyrack_core::secret::{SecretHash, Shape, shape};
use keyrack_core::usage::Used;
use keyrack_core::world::from_millis;
use keyrack_types::accounts::Role;
use keyrack_types::ids::{AccountId, EnvironmentId, SessionId, TokenId, UserId};
use keyrack_types::methods::ApiSet;

keyrack_core::store::row! {
    /// A token, its owner, one of its secrets, and who made that.
    struct TokenCaller {
        id: TokenId,
        account_id: AccountId,
        owner_id: UserId,
        email: String,
        role: Role,
        api_set: ApiSet,
        expires_at: Option<DateTime<Utc>>,
        reach: String,
        may_create: bool,
        networks: Option<String>,
        rate_limit: Option<i64>,
        allow_in_url: bool,
        frozen: bool,
        rotated: bool,
        secret: i64,
        secret_by: Option<UserId>,
        replaced_at: Option<DateTime<Utc>>,
        retires_at: Option<DateTime<Utc>>,
        maker_role: Option<Role>,
    }

    /// A secret that opens nothing.
    struct FormerSecret {
        id: i64,
        token_id: Option<TokenId>,
        state: String,
        replaced_at: Option<DateTime<Utc>>,
        ended_at: Option<i64>,
        retires_at: Option<i64>,
    }

    /// Who made the value of the token by which a task was made.
    struct TaskMaker {
        secret_by: Option<UserId>,
        maker_role: Option<Role>,
    }

    /// A member who may act.
    struct MemberCaller {
        email: String,
        role: Role,
    }

    /// A session and its user.
    struct SessionCaller {
        id: SessionId,
        account_id: AccountId,
        user_id: UserId,
        email: String,
        role: Role,
        token_id: Option<TokenId>,
        token_ends: Option<DateTime<Utc>>,
        created_at: i64,
        last_seen_at: i64,
        is_present_value: bool,
        reach: Option<String>,
        may_create: Option<bool>,
        networks: Option<String>,
        rate_limit: Option<i64>,
        allow_in_url: Option<bool>,
        frozen: bool,
        secret_by: Option<UserId>,
        secret_state: Option<String>,
        retires_at: Option<DateTime<Utc>>,
    }
}

/// Selects [`TokenCaller`]s.
macro_rules! token_callers {
    () => {
        "SELECT t.id, t.account_id, t.owner_id, u.email, m.role, t.api_set, t.expires_at, t.reach, t.may_create, t.networks, \
         t.rate_limit, t.allow_in_url, CASE WHEN t.frozen_at IS NULL THEN 0 ELSE 1 END AS frozen, t.rotated, s.id AS secret, \
         s.made_by AS secret_by, s.replaced_at, s.retires_at, k.role AS maker_role \
         FROM token_secrets s JOIN tokens t ON t.id = s.token_id \
         JOIN memberships m ON m.account_id = t.account_id AND m.user_id = t.owner_id \
         LEFT JOIN memberships k ON k.account_id = t.account_id AND k.user_id = s.made_by \
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
        match self.token(hash).await? {
            Known::Caller(caller) => {
                caller.check_alive(self.world.now())?;
                Ok(caller)
            }
            Known::Refused(secret) => Err(Error::NotAuthenticated(secret.why)),
        }
    }

    /// Who is behind a credential of the API, whether it has ended or not: that is for [`decide`](keyrack_core::core::Core::decide)
    /// to say, together with everything else. The use of a secret that opens nothing any more raises its alarm.
    ///
    /// # Errors
    /// [`Error::NotAuthenticated`] for what is no credential, and for a secret that was replaced, removed or published.
    pub async fn identify(&self, credential: &str, client: &Client) -> Result<Arc<Caller>> {
        let hash = match shape(credential) {
            Shape::Noise => return Err(Error::NotAuthenticated(Credential::Unknown)),
            Shape::Session => {
                return self.session_caller(SecretHash::of(credential), SessionKind::Api).await;
            }
            Shape::Token => SecretHash::of(credential),
        };
        let refused = match self.token(hash).await? {
            Known::Caller(caller) => match (caller.overlap(), caller.secret) {
                (Some(overlap), Some(id)) if overlap.retires <= self.world.now() => RefusedSecret {
                    id,
                    why: Credential::Replaced(overlap.replaced),
                    token: caller.by_token(),
                    ended: Some(overlap.retires.timestamp_millis()),
                },
                _ => return Ok(caller),
            },
            Known::Refused(secret) => RefusedSecret::clone(&secret),
        };
        // A failure is logged where it happens; the answer is the same.
        let _ = self.note_reuse(&refused, client).await;
        Err(Error::NotAuthenticated(refused.why))
    }

    async fn token(&self, hash: SecretHash) -> Result<Known> {
        match self.callers.token(&hash) {
            Some(caller) => {
                self.callers.count_hit();
                Ok(Known::Caller(caller))
            }
            None => self.look_up(hash, CredentialKind::Token).await,
        }
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
        let caller = self.session_caller(hash, kind).await?;
        caller.check_alive(self.world.now())?;
        Ok(caller)
    }

    /// The caller of a session, whether its credential has ended or not.
    async fn session_caller(&self, hash: SecretHash, kind: SessionKind) -> Result<Arc<Caller>> {
        let known = self.callers.session(&hash).filter(|caller| is_of_kind(caller, kind));
        // One that was long idle here may have been used on another server: the store knows.
        match known.filter(|caller| !self.is_idle(caller)) {
            Some(caller) => {
                self.callers.count_hit();
                Ok(caller)
            }
            None => {
                let kind = if kind == SessionKind::Browser {
                    CredentialKind::BrowserSession
                } else {
                    CredentialKind::ApiSession
                };
                match self.look_up(hash, kind).await? {
                    Known::Caller(caller) => Ok(caller),
                    Known::Refused(secret) => Err(Error::NotAuthenticated(secret.why)),
                }
            }
        }
    }

    /// Whether this server has seen no use of the session within the limit.
    fn is_idle(&self, caller: &Caller) -> bool {
        let idle = TimeDelta::from_std(self.settings.session_idle).unwrap_or(TimeDelta::MAX);
        caller.usage.last().is_none_or(|last| self.world.now() - last > idle)
    }

    /// Asks the store, together with all who ask for the same secret meanwhile.
    async fn look_up(&self, hash: SecretHash, kind: CredentialKind) -> Result<Known> {
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
            CredentialKind::Token => "SELECT 1 FROM token_secrets WHERE hash = $1",
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
        let text = concat!(token_callers!(), "s.hash = $1 AND s.state IN ('current', 'overlapping')");
        let token =
            sqlx::query_as::<_, TokenCaller>(text).bind(hash.to_vec()).fetch_optional(self.store.read()).await?;
        let Some(token) = token else { return self.former_secret(hash).await };
        if token.frozen {
            let why = Credential::Frozen;
            let refused = RefusedSecret { id: token.secret, why, token: Some(token.id), ended: None };
            return Ok(Lookup::Refused(Arc::new(refused)));
        }
        // Not for ever: another role of who made the secret, or of the owner, decides anew.
        if token.opens_with(token.maker()) {
            Ok(Lookup::Caller(Arc::new(self.caller_of_token(token).await?)))
        } else {
            Ok(Lookup::Inactive)
        }
    }

    /// What is known of a value that is no secret of a token, or not any more.
    async fn former_secret(&self, hash: &SecretHash) -> Result<Lookup> {
        let secret = sqlx::query_as::<_, FormerSecret>(
            "SELECT id, token_id, state, replaced_at, ended_at, retires_at FROM token_secrets WHERE hash = $1",
        )
        .bind(hash.to_vec())
        .fetch_optional(self.store.read())
        .await?;
        let Some(secret) = secret else { return self.not_found(hash, CredentialKind::Token).await };
        let why = match (secret.state.as_str(), secret.replaced_at) {
            ("published", _) => Credential::Published,
            // Its owner may not act now, which can change.
            ("current" | "overlapping", _) if secret.token_id.is_some() => return Ok(Lookup::Inactive),
            (_, Some(replaced)) if secret.token_id.is_some() => Credential::Replaced(replaced),
            _ => Credential::Unknown,
        };
        let ended = secret.ended_at.or(secret.retires_at);
        Ok(Lookup::Refused(Arc::new(RefusedSecret { id: secret.id, why, token: secret.token_id, ended })))
    }

    /// What a token is limited to; nothing for most.
    async fn limits(&self, token: TokenId, stored: StoredLimits<'_>) -> Result<Option<Limits>> {
        let reach = if stored.reach == "all" {
            None
        } else {
            let text = "SELECT environment_id FROM token_environments WHERE token_id = $1 ORDER BY environment_id";
            let ids: Vec<i64> = sqlx::query_scalar(text).bind(token.0).fetch_all(self.store.read()).await?;
            let environments = ids.into_iter().map(EnvironmentId).collect();
            Some(Reach { environments, may_create: stored.may_create })
        };
        let rate = stored
            .rate_limit
            .map(|limit| Rate { limit: u32::try_from(limit).unwrap_or_default(), window: self.rates.window(token) });
        let networks = stored.networks.map(Networks::from_stored);
        let limited = reach.is_some() || rate.is_some() || networks.is_some() || !stored.allow_in_url;
        let limits = Limits { networks, rate, allow_in_url: stored.allow_in_url, reach, secret: None };
        Ok(limited.then_some(limits))
    }

    async fn caller_of_token(&self, token: TokenCaller) -> Result<Caller> {
        let methods: Vec<String> = if token.api_set == ApiSet::Custom {
            sqlx::query_scalar("SELECT method FROM token_methods WHERE token_id = $1")
                .bind(token.id.0)
                .fetch_all(self.store.read())
                .await?
        } else {
            Vec::new()
        };
        let mut limits = self.limits(token.id, token.limits()).await?;
        if token.rotated {
            let overlap =
                token.retires_at.map(|retires| Overlap { replaced: token.replaced_at.unwrap_or(retires), retires });
            let usage = self.usage.slot(Used::Secret(token.secret));
            let none = Limits { networks: None, rate: None, allow_in_url: true, reach: None, secret: None };
            limits.get_or_insert(none).secret = Some(PresentedSecret { overlap, usage });
        }
        // Never more than the owner may do now.
        let may = self.catalog.token_bits(token.api_set, methods).intersection(&self.catalog.role_bits(token.role));
        Ok(Caller {
            user: token.owner_id,
            email: token.email,
            account: token.account_id,
            role: token.role,
            credential: CallerCredential::Token(token.id),
            secret_by: token.secret_by,
            secret: Some(token.secret),
            may,
            expires: token.expires_at,
            limits: limits.map(Arc::new),
            usage: self.usage.slot(Used::Token(token.id)),
        })
    }

    /// The caller behind a token's secret that was found before, with the rights that it has now. Nothing of it is kept.
    ///
    /// # Errors
    /// [`Error::NotAuthenticated`] when the token is gone or has expired, or its secret opens nothing any more.
    pub(crate) async fn caller_of_secret_now(&self, secret: i64) -> Result<Caller> {
        let token = sqlx::query_as::<_, TokenCaller>(concat!(
            token_callers!(),
            "s.id = $1 AND s.state IN ('current', 'overlapping')"
        ))
        .bind(secret)
        .fetch_optional(self.store.read())
        .await?
        .ok_or(Error::NotAuthenticated(Credential::Unknown))?;
        if token.frozen {
            return Err(Error::NotAuthenticated(Credential::Frozen));
        }
        if !token.opens_with(token.maker()) {
            return Err(Error::NotAuthenticated(Credential::Unknown));
        }
        let caller = self.caller_of_token(token).await?;
        caller.check_alive(self.world.now())?;
        Ok(caller)
    }

    /// A token that calls without being presented, by its current secret. One that is frozen, or whose secret was published,
    /// does not call: whoever found the secret may have made the task.
    async fn token_row(&self, token: TokenId) -> Result<TokenCaller> {
        let token = sqlx::query_as::<_, TokenCaller>(concat!(token_callers!(), "t.id = $1 AND s.state = 'current'"))
            .bind(token.0)
            .fetch_optional(self.store.read())
            .await?
            .ok_or(Error::NotAuthenticated(Credential::Unknown))?;
        if token.frozen { Err(Error::NotAuthenticated(Credential::Frozen)) } else { Ok(token) }
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
            let token = self.token_row(token).await?;
            let made = sqlx::query_as::<_, TaskMaker>(
                "SELECT t.secret_by, k.role AS maker_role FROM tasks t \
                 LEFT JOIN memberships k ON k.account_id = t.account_id AND k.user_id = t.secret_by WHERE t.id = $1",
            )
            .bind(task)
            .fetch_optional(self.store.read())
            .await?;
            if let Some(made) = made
                && !token.opens_with(maker(made.secret_by, made.maker_role))
            {
                let why = "who made the token's value by which this task was made is no member of the account any more, or may do \
                     less than the token's owner: change the task, so that it is yours";
                return Err(Error::Forbidden(why.into()));
            }
            let caller = Caller { credential, ..self.caller_of_token(token).await? };
            caller.check_alive(self.world.now())?;
            return Ok(caller);
        }
        let member = sqlx::query_as::<_, MemberCaller>(
            "SELECT u.email, m.role FROM memberships m JOIN users u ON u.id = m.user_id \
             WHERE m.account_id = $1 AND m.user_id = $2 AND u.enabled = 1",
        )
        .bind(account.0)
        .bind(user.0)
        .fetch_optional(self.store.read())
        .await?
        .ok_or_else(|| Error::Forbidden("who made the task is no member of the account any more".into()))?;
        Ok(Caller {
            user,
            email: member.email,
            account,
            role: member.role,
            credential,
            secret_by: None,
            secret: None,
            may: self.catalog.role_bits(member.role),
            expires: None,
            limits: None,
            usage: Arc::default(),
        })
    }

    async fn find_session(&self, hash: &SecretHash, kind: SessionKind) -> Result<Lookup> {
        let now = self.world.now().timestamp_millis();
        let (idle_from, created_from) = self.session_limits();
        let session = sqlx::query_as::<_, SessionCaller>(
            "SELECT s.id, s.account_id, s.user_id, u.email, m.role, s.token_id, t.expires_at AS token_ends, s.created_at, \
             s.last_seen_at, CASE WHEN s.secret_hash = $1 THEN 1 ELSE 0 END AS is_present_value, t.reach, t.may_create, t.networks, \
             t.rate_limit, t.allow_in_url, CASE WHEN t.frozen_at IS NULL THEN 0 ELSE 1 END AS frozen, x.made_by AS secret_by, \
             x.state AS secret_state, x.retires_at FROM sessions s \
             JOIN memberships m ON m.account_id = s.account_id AND m.user_id = s.user_id \
             JOIN users u ON u.id = s.user_id LEFT JOIN tokens t ON t.id = s.token_id \
             LEFT JOIN token_secrets x ON x.id = s.token_secret_id \
             WHERE (s.secret_hash = $1 OR (s.previous_hash = $1 AND s.rotated_at > $2)) AND u.enabled = 1 AND s.kind = $3",
        )
        .bind(hash.to_vec())
        .bind(now - GRACE_MILLIS)
        .bind(kind.name())
        .fetch_optional(self.store.read())
        .await?;
        let Some(session) = session else { return self.not_found(hash, CredentialKind::ApiSession).await };
        let usage = self.usage.slot(Used::Session(session.id));
        // Another server may have seen it later than this one.
        let seen = usage.last().map_or(session.last_seen_at, |last| last.timestamp_millis().max(session.last_seen_at));
        if session.created_at < created_from || seen < idle_from {
            return Ok(Lookup::Expired);
        }
        let SessionCaller { id, role, token_id: by_token, .. } = session;
        let secret_ended =
            session.secret_state.as_deref().is_some_and(|state| !matches!(state, "current" | "overlapping"));
        if session.frozen || secret_ended {
            return Ok(Lookup::Expired);
        }
        let limits = match by_token {
            Some(token) => self.limits(token, session.limits()).await?,
            None => None,
        };
        let may = match by_token {
            None => self.catalog.role_bits(role),
            Some(_) => {
                self.catalog.token_bits(ApiSet::ExtendedAccess, [""; 0]).intersection(&self.catalog.role_bits(role))
            }
        };
        let lifetime = TimeDelta::from_std(self.settings.session_lifetime).unwrap_or(TimeDelta::MAX);
        let limit = from_millis(session.created_at).checked_add_signed(lifetime);
        let caller = Arc::new(Caller {
            user: session.user_id,
            email: session.email,
            account: session.account_id,
            role,
            credential: CallerCredential::Session { id, browser: kind == SessionKind::Browser, by_token },
            secret_by: session.secret_by,
            secret: None,
            may,
            expires: limit.into_iter().chain(session.token_ends).chain(session.retires_at).min(),
            limits: limits.map(Arc::new),
            usage,
        });
        // A former value is not kept: its seconds are numbered.
        Ok(if session.is_present_value { Lookup::Caller(caller) } else { Lookup::Uncached(caller) })
    }
}

fn is_of_kind(caller: &Caller, kind: SessionKind) -> bool {
    matches!(caller.credential, CallerCredential::Session { browser, .. } if browser == (kind == SessionKind::Browser))
}

/// Who made a secret. Of former versions' tasks it is not known.
fn maker(user: Option<UserId>, role: Option<Role>) -> Option<Maker> {
    user.map(|user| Maker { user, role })
}

/// The columns of a token that limit it.
struct StoredLimits<'a> {
    reach: &'a str,
    may_create: bool,
    networks: Option<&'a str>,
    rate_limit: Option<i64>,
    allow_in_url: bool,
}

impl SessionCaller {
    fn limits(&self) -> StoredLimits<'_> {
        StoredLimits {
            reach: self.reach.as_deref().unwrap_or("all"),
            may_create: self.may_create.unwrap_or_default(),
            networks: self.networks.as_deref(),
            rate_limit: self.rate_limit,
            allow_in_url: self.allow_in_url.unwrap_or(true),
        }
    }
}

impl TokenCaller {
    fn limits(&self) -> StoredLimits<'_> {
        StoredLimits {
            reach: &self.reach,
            may_create: self.may_create,
            networks: self.networks.as_deref(),
            rate_limit: self.rate_limit,
            allow_in_url: self.allow_in_url,
        }
    }

    fn maker(&self) -> Option<Maker> {
        maker(self.secret_by, self.maker_role)
    }

    /// Whether a secret that this member made may act as the token's owner.
    fn opens_with(&self, maker: Option<Maker>) -> bool {
        maker.is_none_or(|maker| maker.may_act_as(self.owner_id, self.role, self.api_set))
    }
}
