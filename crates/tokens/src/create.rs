//! Making a token.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::limits::{self, CheckedLimits};
use super::rows::{replace_methods, token_to_change};
use super::rules::{check_description, check_expiry, check_scope};
use super::scope::Scope;
use super::secrets::add_current;
use crate::Tokens;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Right};
use keyrack_core::error::{Error, Result};
use keyrack_core::secret::Secret;
use keyrack_identity::accounts::Confirmed;
use keyrack_identity::notices::{Notice, notify};
use keyrack_types::dates::wire_moment;
use keyrack_types::ids::TokenId;
use keyrack_types::token_limits::TokenLimits;
use keyrack_types::tokens::NewSecret;

/// What a new token shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    pub description: String,
    pub scope: Scope,
    /// Last moment of its life; `None` = never ends.
    pub expires: Option<DateTime<Utc>>,
    /// Shared with the account, or private to its creator.
    pub shared: bool,
    /// What it shall be limited to besides its methods; environments by short name, domain or appid.
    pub limits: TokenLimits,
}

impl Tokens {
    /// Makes a token. The answer holds the secret, which is returned only here.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the field; [`Error::Limit`] when the account has all the tokens it may have.
    pub async fn create(&self, confirmed: &Confirmed, new: &NewToken) -> Result<NewSecret> {
        let caller = confirmed.caller();
        let methods = self.check_new(caller, new)?;
        let description = check_description(&new.description)?;
        let now = self.world.now();
        let secret = Secret::new_token(&self.world);
        let mut tx = self.store.begin().await?;
        // The account's row is the lock that keeps two requests from both taking the last place.
        tx.lock_account(caller.account).await?;
        confirmed.hold(&mut tx).await?;
        check_limit(&mut tx, caller, self.settings.token_limit).await?;
        let limits = self.check_new_limits(&mut tx, caller, new).await?;
        let id = sqlx::query_scalar(
            "INSERT INTO tokens (account_id, owner_id, description, api_set, shared, expires_at, secret_hash, secret_at, created_at, secret_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $2) RETURNING id",
        )
        .bind(caller.account.0)
        .bind(caller.user.0)
        .bind(&description)
        .bind(new.scope.set().name())
        .bind(i64::from(new.shared))
        .bind(new.expires.map(|end| end.timestamp_millis()))
        .bind(secret.hash().to_vec())
        .bind(now.timestamp_millis())
        .fetch_one(&mut *tx)
        .await?;
        let id = TokenId(id);
        add_current(&mut tx, id, secret.hash(), now.timestamp_millis(), caller.user).await?;
        replace_methods(&mut tx, id, &methods).await?;
        if !limits.limits.is_none() {
            limits::store(&mut tx, id, &limits).await?;
        }
        let mut event = Event::by(caller, confirmed.client(), "token.create", format!("token:{id} {description}"))
            .with("apiSet", new.scope.set().name())
            .with("methods", methods)
            .with("expires", new.expires.map_or_else(|| "never".to_owned(), wire_moment))
            .with("shared", new.shared);
        for change in TokenLimits::default().changes(&limits.limits) {
            event = event.with(change.name, change.after);
        }
        audit::append(&mut tx, now, event).await?;
        let notice = Notice::TokenCreated { description: &description, by: &caller.email };
        notify(&mut tx, &self.settings, now, caller.user, Some(caller.account), notice).await?;
        let token = token_to_change(&mut tx, caller, id.0).await?;
        tx.commit(&[]).await?;
        Ok(NewSecret { token: self.view(caller, token), secret: secret.as_str().to_owned() })
    }

    /// The limits of a new token.
    pub(super) async fn check_new_limits(
        &self,
        connection: &mut AnyConnection,
        caller: &Caller,
        new: &NewToken,
    ) -> Result<CheckedLimits> {
        let change = new.limits.clone().into();
        limits::check(connection, caller.account, &TokenLimits::default(), &change).await
    }

    /// Everything that can be said against a new token without writing; answers its methods by full name.
    pub(super) fn check_new(&self, caller: &Caller, new: &NewToken) -> Result<Vec<String>> {
        caller.require(Right::ManageTokens)?;
        check_description(&new.description)?;
        check_expiry(new.expires, self.world.now())?;
        check_scope(&self.catalog, &new.scope)
    }
}

/// Whether the account may have one more token.
pub(super) async fn check_limit(connection: &mut AnyConnection, caller: &Caller, limit: u32) -> Result<()> {
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM tokens WHERE account_id = $1")
        .bind(caller.account.0)
        .fetch_one(connection)
        .await?;
    if count >= i64::from(limit) {
        return Err(Error::Limit(
            format!("this account has {count} tokens, and {limit} is the limit (expired ones count): remove one that is not needed any more").into(),
        ));
    }
    Ok(())
}
