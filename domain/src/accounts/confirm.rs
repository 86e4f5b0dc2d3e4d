//! Step-up: proving the password again before a change.

use std::sync::Arc;

use sqlx::Row;

use crate::audit::Event;
use crate::caller::{Caller, CallerCredential, Client, Right};
use crate::error::{Credential, Error, Result};
use crate::keyrack::Keyrack;
use crate::secret::{Secret, SecretHash};

/// A caller who proved the password for this one request. Operations that need the proof take this instead of a
/// [`Caller`], so that they cannot be called without it.
#[derive(Debug)]
pub struct Confirmed {
    pub(crate) caller: Arc<Caller>,
    pub(crate) client: Client,
    /// The browser's session has changed its value: the cookie must be replaced by this one with the answer.
    pub new_session: Option<Secret>,
}

impl Confirmed {
    /// Who confirmed.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The new value for the session cookie, where it must be replaced.
    pub fn new_session(&self) -> Option<&str> {
        self.new_session.as_ref().map(Secret::as_str)
    }
}

impl Keyrack {
    /// Checks the password of the caller's user.
    ///
    /// Without a password the check is passed only for an API session, and only when the operator does not require it.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a token or a session that a token opened, whatever the password;
    /// [`Error::WrongPassword`], [`Error::TooManyTries`]; [`Error::Invalid`] when it is needed and missing.
    pub async fn confirm(&self, caller: &Arc<Caller>, client: &Client, password: Option<&str>) -> Result<Confirmed> {
        caller.require(Right::ManageTokens)?;
        let browser = matches!(caller.credential, CallerCredential::Session { browser: true, .. });
        let Some(password) = password else {
            if browser || self.settings.token_password_required {
                return Err(Error::invalid("password", "Confirm this with your password."));
            }
            return Ok(Confirmed { caller: caller.clone(), client: client.clone(), new_session: None });
        };
        self.throttle.admit(&caller.email, client.address).await?;
        let row = sqlx::query("SELECT password_hash FROM users WHERE id = $1 AND enabled = 1")
            .bind(caller.user.0)
            .fetch_optional(self.store.read())
            .await?
            .ok_or(Error::NotAuthenticated(Credential::Ended))?;
        let hash: String = row.try_get(0)?;
        if !self.passwords.verify(Some(&hash), password).await? {
            let wait = self.throttle.wrong(&caller.email, client.address);
            let subject = format!("user:{} {}", caller.user, caller.email);
            self.refusals.note(&Event::by(caller, client, "password.confirm", subject).refused("wrong password"));
            return Err(Error::WrongPassword { wait });
        }
        self.throttle.right(&caller.email, client.address);
        let new_session = if browser { Some(self.rotate_session(caller).await?) } else { None };
        Ok(Confirmed { caller: caller.clone(), client: client.clone(), new_session })
    }

    /// Gives the caller's session a new value; the old one answers for a few seconds more.
    async fn rotate_session(&self, caller: &Caller) -> Result<Secret> {
        let session = caller.session().ok_or(Error::NotAuthenticated(Credential::Ended))?;
        let secret = Secret::new_session(&self.world, caller.user);
        let mut tx = self.store.begin().await?;
        let former = sqlx::query("SELECT secret_hash FROM sessions WHERE id = $1")
            .bind(session.0)
            .fetch_optional(&mut *tx)
            .await?
            .ok_or(Error::NotAuthenticated(Credential::Ended))?;
        sqlx::query("UPDATE sessions SET previous_hash = secret_hash, secret_hash = $1, rotated_at = $2 WHERE id = $3")
            .bind(secret.hash().to_vec())
            .bind(self.world.now().timestamp_millis())
            .bind(session.0)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        if let Some(former) = SecretHash::from_stored(&former.try_get::<Vec<u8>, _>(0)?) {
            self.callers.forget_session(&former);
        }
        Ok(secret)
    }
}
