//! Signing in, by password or by an Extended Access token.

use std::sync::Arc;

use sqlx::Row;

use super::sessions::{NewSession, SessionKind};
use crate::audit::{self, Event};
use crate::caller::{Caller, Client};
use crate::error::{Credential, Error, Result};
use crate::ids::{AccountId, TokenId, UserId};
use crate::keyrack::Keyrack;
use crate::secret::{Secret, SecretHash, Shape, shape};
use crate::types::accounts::Profile;
use crate::types::methods::ApiSet;

/// A session that was just opened.
#[derive(Debug)]
pub struct SignedIn {
    /// The value that the client keeps; told only here.
    pub session: Secret,
    pub caller: Arc<Caller>,
    pub profile: Profile,
}

struct Found {
    user: UserId,
    hash: String,
    enabled: bool,
    account: Option<AccountId>,
}

impl Keyrack {
    /// Opens a session by e-mail address and password.
    ///
    /// # Errors
    /// [`Error::WrongSignIn`] with one text and after the same work whether the address is unknown or the password wrong;
    /// [`Error::TooManyTries`] when this address tried too often.
    pub async fn sign_in(&self, login: &str, password: &str, client: &Client, kind: SessionKind) -> Result<SignedIn> {
        let login = login.trim().to_lowercase();
        self.throttle.admit(&login, client.address).await?;
        let found = self.find_user(&login).await?;
        let right = self.passwords.verify(found.as_ref().map(|found| found.hash.as_str()), password).await?;
        let opened = match found {
            Some(Found { user, enabled: true, account: Some(account), .. }) if right => {
                self.throttle.right(&login, client.address);
                let new = NewSession { user, account, token: None, kind };
                let session = self.open_session(new, client, &login, "session.sign-in").await?;
                Ok(session)
            }
            found => {
                let wait = self.throttle.wrong(&login, client.address);
                // An unknown address is only counted: what strangers type does not belong into anybody's log.
                if let Some(found) = found {
                    let who = found.account.map(|account| (found.user, account));
                    let event = Event::by_user(who, &login, client, "session.sign-in").refused("wrong password");
                    self.refusals.note(&event);
                }
                Err(Error::WrongSignIn { wait })
            }
        }?;
        self.signed_in(opened).await
    }

    /// Opens a session by the secret of an Extended Access token; it ends when the token ends.
    ///
    /// # Errors
    /// [`Error::NotAuthenticated`] for a secret that is not one (any more); [`Error::Forbidden`] for a token of another
    /// API set.
    pub async fn sign_in_with_token(&self, secret: &str, client: &Client, kind: SessionKind) -> Result<SignedIn> {
        let secret = secret.trim();
        if shape(secret) != Shape::Token {
            return Err(Error::NotAuthenticated(Credential::Unknown));
        }
        let token = self.authenticate(secret).await?;
        let row = sqlx::query("SELECT id, api_set FROM tokens WHERE secret_hash = $1")
            .bind(SecretHash::of(secret).to_vec())
            .fetch_optional(self.store.read())
            .await?
            .ok_or(Error::NotAuthenticated(Credential::Unknown))?;
        let (id, set): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
        if ApiSet::by_name(&set) != Some(ApiSet::ExtendedAccess) {
            let why = "only a token with Extended Access can sign in; this one opens API methods only";
            self.refusals.note(&Event::by(&token, client, "session.sign-in", format!("token:{id}")).refused(why));
            return Err(Error::Forbidden(why.into()));
        }
        let new = NewSession { user: token.user, account: token.account, token: Some(TokenId(id)), kind };
        let opened = self.open_session(new, client, &token.email, "session.sign-in-by-token").await?;
        token.usage.note(self.world.now());
        self.signed_in(opened).await
    }

    /// Closes the caller's session. A token has none to close and stays alive.
    ///
    /// # Errors
    /// From the database.
    pub async fn sign_out(&self, caller: &Caller, client: &Client) -> Result<()> {
        let Some(session) = caller.session() else {
            return Ok(());
        };
        let mut tx = self.store.begin().await?;
        let row = sqlx::query("DELETE FROM sessions WHERE id = $1 RETURNING secret_hash")
            .bind(session.0)
            .fetch_optional(&mut *tx)
            .await?;
        let event = Event::by(caller, client, "session.sign-out", format!("session:{session}"));
        audit::append(&mut tx, self.world.now(), event).await?;
        tx.commit().await?;
        if let Some(hash) = row.and_then(|row| SecretHash::from_stored(&row.try_get::<Vec<u8>, _>(0).ok()?)) {
            self.callers.forget_session(&hash);
        }
        Ok(())
    }

    async fn signed_in(&self, (session, caller): (Secret, Arc<Caller>)) -> Result<SignedIn> {
        let profile = self.profile(&caller).await?;
        Ok(SignedIn { session, caller, profile })
    }

    async fn find_user(&self, login: &str) -> Result<Option<Found>> {
        // Somebody's own account comes first; members of others' accounts can switch.
        let row = sqlx::query(
            "SELECT u.id, u.password_hash, u.enabled, m.account_id FROM users u \
             LEFT JOIN memberships m ON m.user_id = u.id WHERE u.email = $1 \
             ORDER BY CASE m.role WHEN 'owner' THEN 0 ELSE 1 END, m.account_id LIMIT 1",
        )
        .bind(login)
        .fetch_optional(self.store.read())
        .await?;
        row.map(|row| {
            Ok(Found {
                user: UserId(row.try_get(0)?),
                hash: row.try_get(1)?,
                enabled: row.try_get::<i64, _>(2)? != 0,
                account: row.try_get::<Option<i64>, _>(3)?.map(AccountId),
            })
        })
        .transpose()
    }
}
