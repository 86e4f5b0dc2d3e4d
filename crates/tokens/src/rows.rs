//! Tokens as the store keeps them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, FromRow};

use super::rules::may_see;
use super::secrets::{ORDER, SELECT_SECRETS, StoredSecret};
use super::usage;
use crate::Tokens;
use keyrack_core::caller::Caller;
use keyrack_core::error::{Error, Result};
use keyrack_core::networks::Networks;
use keyrack_core::store::Tx;
use keyrack_core::usage::Used;
use keyrack_types::ids::{AccountId, TokenId, UserId};
use keyrack_types::methods::ApiSet;
use keyrack_types::token_limits::{Environments, SecretView, TokenLimits};
use keyrack_types::tokens::{TokenList, TokenView};

/// One token with everything but its secret.
pub struct TokenRow {
    pub id: TokenId,
    pub owner: UserId,
    pub owner_email: String,
    pub description: String,
    pub set: ApiSet,
    /// Full names; only for a custom token.
    pub methods: Vec<String>,
    pub shared: bool,
    pub expires: Option<DateTime<Utc>>,
    /// What it is limited to besides its methods.
    pub limits: TokenLimits,
    /// Since when it is refused until it gets a new secret.
    pub frozen: bool,
    /// Its secrets, where there was more than one.
    pub secrets: Vec<SecretView>,
    /// When the secret was made: at creation, or at the last regeneration.
    pub secret_at: DateTime<Utc>,
    pub last_used: Option<DateTime<Utc>>,
    /// From where, and what called; as far as it was noted.
    pub last_place: (Option<String>, Option<String>),
    /// How often it opened each method, by full name.
    pub calls: Vec<(String, i64)>,
    pub created: DateTime<Utc>,
    pub version: i64,
}

keyrack_core::store::row! {
    /// A row of `tokens`, with the owner's address.
    struct StoredToken {
        id: TokenId,
        owner_id: UserId,
        email: String,
        description: String,
        api_set: ApiSet,
        shared: bool,
        expires_at: Option<DateTime<Utc>>,
        reach: String,
        may_create: bool,
        networks: Option<String>,
        rate_limit: Option<i64>,
        allow_in_url: bool,
        freeze_on_reuse: bool,
        frozen: bool,
        secret_at: DateTime<Utc>,
        last_used_at: Option<DateTime<Utc>>,
        created_at: DateTime<Utc>,
        version: i64,
        last_address: Option<String>,
        last_agent: Option<String>,
    }

    /// A method that a token may call.
    struct Ticked {
        token_id: TokenId,
        method: String,
    }

    /// An environment that a token is limited to.
    struct Reached {
        token_id: TokenId,
        name: String,
    }

    /// How often a token opened a method.
    struct Counted {
        token_id: TokenId,
        method: String,
        calls: i64,
    }
}

/// Selects [`StoredToken`]s.
macro_rules! select_tokens {
    ($which:literal) => {
        concat!(
            "SELECT t.id, t.owner_id, u.email, t.description, t.api_set, t.shared, t.expires_at, t.reach, t.may_create, ",
            "t.networks, t.rate_limit, t.allow_in_url, t.freeze_on_reuse, CASE WHEN t.frozen_at IS NULL THEN 0 ELSE 1 END AS frozen, ",
            "t.secret_at, t.last_used_at, t.created_at, t.version, t.last_address, t.last_agent FROM tokens t ",
            "JOIN users u ON u.id = t.owner_id",
            $which
        )
    };
}

impl From<StoredToken> for TokenRow {
    fn from(row: StoredToken) -> TokenRow {
        TokenRow {
            id: row.id,
            owner: row.owner_id,
            owner_email: row.email,
            description: row.description,
            set: row.api_set,
            methods: Vec::new(),
            shared: row.shared,
            expires: row.expires_at,
            limits: TokenLimits {
                environments: if row.reach == "all" { Environments::All } else { Environments::Chosen(Vec::new()) },
                may_create: row.may_create,
                networks: row.networks.map(|networks| Networks::from_stored(&networks).written()).unwrap_or_default(),
                rate_limit: row.rate_limit.and_then(|limit| u32::try_from(limit).ok()).unwrap_or_default(),
                allow_in_url: row.allow_in_url,
                freeze_on_reuse: row.freeze_on_reuse,
            },
            frozen: row.frozen,
            secrets: Vec::new(),
            secret_at: row.secret_at,
            last_used: row.last_used_at,
            last_place: (row.last_address, row.last_agent),
            calls: Vec::new(),
            created: row.created_at,
            version: row.version,
        }
    }
}

impl TokenRow {
    pub fn subject(&self) -> String {
        format!("token:{} {}", self.id, self.description)
    }
}

/// Maximum number of ids in one query; SQLite takes no more than 32,766 values.
const MOST_NAMED: usize = 500;

impl Tokens {
    /// The tokens that the caller sees: its own, those shared with the account, and for an owner all of them.
    ///
    /// # Errors
    /// [`Error::Denied`] for a token that is limited to environments.
    pub async fn list(&self, caller: &Caller) -> Result<TokenList> {
        let tokens = self.read(caller, None).await?;
        let members: i64 = sqlx::query_scalar("SELECT count(*) FROM memberships WHERE account_id = $1")
            .bind(caller.account.0)
            .fetch_one(self.store.read())
            .await?;
        Ok(TokenList {
            tokens,
            limit: self.settings.token_limit,
            several_members: members > 1,
            may_manage: caller.require(keyrack_core::caller::Right::ManageTokens).is_ok(),
            today: self.world.now().date_naive(),
        })
    }

    /// Those of [`Tokens::list`] that have one of these numbers; others are left out without a word, so that
    /// nobody learns of tokens that they do not see.
    ///
    /// # Errors
    /// As [`Tokens::list`].
    pub async fn with_ids(&self, caller: &Caller, ids: &[i64]) -> Result<Vec<TokenView>> {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() <= MOST_NAMED {
            return self.read(caller, Some(&ids)).await;
        }
        let mut tokens = self.read(caller, None).await?;
        tokens.retain(|token| ids.binary_search(&token.id).is_ok());
        Ok(tokens)
    }

    /// The tokens that the caller sees, or only those with these numbers, at most [`MOST_NAMED`].
    async fn read(&self, caller: &Caller, ids: Option<&[i64]>) -> Result<Vec<TokenView>> {
        // They name environments.
        caller.require_account()?;
        let named = match ids {
            None => String::new(),
            Some([]) => return Ok(Vec::new()),
            Some(ids) => {
                let places: Vec<_> = (0..ids.len()).map(|index| format!("${}", index + 2)).collect();
                format!(" AND t.id IN ({})", places.join(", "))
            }
        };
        let (account, ids) = (caller.account, ids.unwrap_or_default());
        let found: Vec<StoredToken> = self.rows_of(account, ids, select_tokens!(""), &named, " ORDER BY t.id").await?;
        let ticked = "SELECT m.token_id, m.method FROM token_methods m JOIN tokens t ON t.id = m.token_id";
        let mut methods: HashMap<TokenId, Vec<String>> = HashMap::new();
        for row in self.rows_of::<Ticked>(account, ids, ticked, &named, " ORDER BY m.method").await? {
            methods.entry(row.token_id).or_default().push(row.method);
        }
        let counted = "SELECT u.token_id, u.method, u.calls FROM token_usage u JOIN tokens t ON t.id = u.token_id";
        let mut calls: HashMap<TokenId, Vec<(String, i64)>> = HashMap::new();
        for row in self.rows_of::<Counted>(account, ids, counted, &named, "").await? {
            calls.entry(row.token_id).or_default().push((row.method, row.calls));
        }
        let reached = "SELECT r.token_id, e.name FROM token_environments r JOIN environments e ON e.id = r.environment_id \
             JOIN tokens t ON t.id = r.token_id";
        let order = " AND e.wanted <> 'deleted' ORDER BY e.name";
        let mut environments: HashMap<TokenId, Vec<String>> = HashMap::new();
        for row in self.rows_of::<Reached>(account, ids, reached, &named, order).await? {
            environments.entry(row.token_id).or_default().push(row.name);
        }
        let secrets: Vec<StoredSecret> = self.rows_of(account, ids, SELECT_SECRETS, &named, ORDER).await?;
        let mut secrets = self.secret_views(secrets);
        let mut tokens = Vec::with_capacity(found.len());
        for row in found {
            let mut token = TokenRow::from(row);
            if may_see(caller, token.owner, token.shared) {
                token.methods = methods.remove(&token.id).unwrap_or_default();
                token.calls = calls.remove(&token.id).unwrap_or_default();
                if let Environments::Chosen(names) = &mut token.limits.environments {
                    *names = environments.remove(&token.id).unwrap_or_default();
                }
                token.secrets = secrets.remove(&token.id).unwrap_or_default();
                tokens.push(self.view(caller, token));
            }
        }
        Ok(tokens)
    }

    /// The rows of an account's tokens that `select` reads; `named` is the condition that binds `ids`.
    async fn rows_of<T: for<'r> FromRow<'r, AnyRow> + Send + Unpin>(
        &self,
        account: AccountId,
        ids: &[i64],
        select: &str,
        named: &str,
        order: &str,
    ) -> Result<Vec<T>> {
        let text = format!("{select} WHERE t.account_id = $1{named}{order}");
        let query = sqlx::query_as::<_, T>(sqlx::AssertSqlSafe(text)).bind(account.0);
        let query = ids.iter().fold(query, |query, id| query.bind(*id));
        Ok(query.fetch_all(self.store.read()).await?)
    }

    /// The token as the caller sees it.
    pub fn view(&self, caller: &Caller, token: TokenRow) -> TokenView {
        let live = self.usage.seen(Used::Token(token.id));
        let used = usage::shown(&self.catalog, caller, &token, live.as_deref());
        let mut secrets = token.secrets;
        if !usage::may_see(caller, token.owner) {
            secrets.iter_mut().for_each(|secret| secret.last_address = None);
        }
        let methods = match token.set {
            ApiSet::Custom => token.methods,
            set => self.catalog.names(&self.catalog.set_bits(set)),
        };
        TokenView {
            id: token.id.0,
            description: token.description,
            api_set: token.set,
            methods,
            expires: token.expires,
            expired: token.expires.is_some_and(|end| end <= self.world.now()),
            last_used: token.last_used.max(live.and_then(|slot| slot.last())),
            used,
            created: token.created,
            mine: token.owner == caller.user,
            owner: token.owner_email,
            shared: token.shared,
            version: token.version,
            limits: token.limits,
            secrets,
            frozen: token.frozen,
        }
    }

    /// One token that the caller sees, read outside a transaction.
    pub async fn seen(&self, caller: &Caller, id: i64) -> Result<TokenRow> {
        let mut connection = self.store.read().acquire().await?;
        let mut token = find(&mut connection, caller, id).await?;
        token.secrets = self.secrets_of(&mut connection, token.id).await?;
        Ok(token)
    }

    /// The secrets of one token, where there was more than one.
    pub(super) async fn secrets_of(&self, connection: &mut AnyConnection, token: TokenId) -> Result<Vec<SecretView>> {
        let secrets = sqlx::query_as::<_, StoredSecret>(
            "SELECT s.id, s.token_id, s.state, s.made_at, s.retires_at, s.ended_at, s.last_used_at, s.last_address \
             FROM token_secrets s JOIN tokens t ON t.id = s.token_id WHERE t.id = $1 AND t.rotated = 1 \
             ORDER BY CASE s.state WHEN 'current' THEN 0 WHEN 'overlapping' THEN 1 ELSE 2 END, s.id DESC LIMIT 50",
        )
        .bind(token.0)
        .fetch_all(connection)
        .await?;
        Ok(self.secret_views(secrets).remove(&token).unwrap_or_default())
    }
}

/// One token that the caller sees, within a transaction that is going to change it.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or it is another account's or another member's private one: a stranger
/// cannot tell which.
pub(super) async fn token_to_change(tx: &mut Tx, caller: &Caller, id: i64) -> Result<TokenRow> {
    // The row's lock orders two changes of one token on PostgreSQL; SQLite has one writer anyway.
    tx.lock_token(caller.account, TokenId(id)).await?;
    find(tx, caller, id).await
}

async fn find(connection: &mut AnyConnection, caller: &Caller, id: i64) -> Result<TokenRow> {
    caller.require_account()?;
    let row = sqlx::query_as::<_, StoredToken>(select_tokens!(" WHERE t.id = $1 AND t.account_id = $2"))
        .bind(id)
        .bind(caller.account.0)
        .fetch_optional(&mut *connection)
        .await?;
    let mut token = row
        .map(TokenRow::from)
        .filter(|token| may_see(caller, token.owner, token.shared))
        .ok_or_else(|| no_token(id))?;
    token.methods = sqlx::query_scalar("SELECT method FROM token_methods WHERE token_id = $1 ORDER BY method")
        .bind(id)
        .fetch_all(&mut *connection)
        .await?;
    let calls = sqlx::query_as::<_, Counted>("SELECT token_id, method, calls FROM token_usage WHERE token_id = $1")
        .bind(id)
        .fetch_all(&mut *connection)
        .await?;
    token.calls = calls.into_iter().map(|row| (row.method, row.calls)).collect();
    if let Environments::Chosen(names) = &mut token.limits.environments {
        *names = sqlx::query_scalar(
            "SELECT e.name FROM token_environments r JOIN environments e ON e.id = r.environment_id \
             WHERE r.token_id = $1 AND e.wanted <> 'deleted' ORDER BY e.name",
        )
        .bind(id)
        .fetch_all(&mut *connection)
        .await?;
    }
    Ok(token)
}

/// There is no such token for this caller.
pub(super) fn no_token(id: i64) -> Error {
    Error::NotFound(format!("there is no token {id}; it may have been removed").into())
}

/// Writes the methods of a custom token in place of what was there.
pub async fn replace_methods(tx: &mut Tx, token: TokenId, methods: &[String]) -> Result<()> {
    sqlx::query("DELETE FROM token_methods WHERE token_id = $1").bind(token.0).execute(&mut **tx).await?;
    for method in methods {
        sqlx::query("INSERT INTO token_methods (token_id, method) VALUES ($1, $2)")
            .bind(token.0)
            .bind(method)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}
