//! Whether a long call may still go on.
//!
//! A call is authorized once, and most are over at once. A call that takes minutes is rechecked on its way, so that it stops when
//! the role is lowered, the member is removed, or the token is revoked, gets a new secret or opens less.

use crate::accounts::Accounts;
use keyrack_core::caller::{Caller, CallerCredential, Right};
use keyrack_core::error::{Credential, Error, Result};
use keyrack_types::accounts::Role;

/// What a caller was authenticated with when its call began.
#[derive(Clone, Default)]
pub struct AuthSnapshot {
    /// The number of the token's secret.
    secret: Option<i64>,
}

impl Accounts {
    /// Records what has to hold for as long as a call goes on.
    ///
    /// # Errors
    /// [`Error::NotAuthenticated`] when it does not hold any more.
    pub async fn auth_snapshot(&self, caller: &Caller) -> Result<AuthSnapshot> {
        // A task runs for a token, whatever its secret is by now.
        let CallerCredential::Token(_) = caller.credential else { return Ok(AuthSnapshot::default()) };
        let secret = caller.secret.ok_or_else(|| Error::internal("a token called without a secret"))?;
        self.caller_of_secret_now(secret).await?;
        Ok(AuthSnapshot { secret: Some(secret) })
    }

    /// Checks that the caller is still authenticated as when the call began, and may still do all that it could.
    ///
    /// # Errors
    /// [`Error::NotAuthenticated`] when the token or session is gone, has ended or has a new secret, [`Error::Forbidden`] when
    /// the role or the token's methods are less than they were.
    pub async fn recheck(&self, caller: &Caller, auth_snapshot: &AuthSnapshot, right: Right) -> Result<()> {
        let now = match caller.credential {
            CallerCredential::Token(_) => {
                let secret = auth_snapshot.secret.ok_or_else(|| Error::internal("a call began without its secret"))?;
                self.caller_of_secret_now(secret).await?
            }
            CallerCredential::Task { id, by_token } => {
                self.caller_of_task(id, caller.account, caller.user, by_token).await?
            }
            CallerCredential::Session { .. } => {
                caller.check_alive(self.world.now())?;
                let role = self.role_now(caller).await?;
                caller.with_role(role, caller.may.intersection(&self.catalog.role_bits(role)))
            }
        };
        // A token that passed to somebody else meanwhile does not go on in the name of who had it.
        if now.user != caller.user {
            return Err(Error::NotAuthenticated(Credential::Unknown));
        }
        if now.may.intersection(&caller.may) != caller.may {
            return Err(Error::Forbidden("what you may do here has become less since this began".into()));
        }
        let is_within = match (now.reach(), caller.reach()) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(now), Some(before)) => before.is_within(now),
        };
        if !is_within {
            return Err(Error::Forbidden("the token opens fewer environments than when this began".into()));
        }
        now.require(right)
    }

    /// The role that the caller's session has now.
    ///
    /// # Errors
    /// [`Error::NotAuthenticated`] when the session is gone, or its user is no member any more.
    pub(super) async fn role_now(&self, caller: &Caller) -> Result<Role> {
        let ended = || Error::NotAuthenticated(Credential::Ended);
        let session = caller.session().ok_or_else(ended)?;
        let role: String = sqlx::query_scalar(
            "SELECT m.role FROM sessions s JOIN memberships m ON m.user_id = s.user_id AND m.account_id = $1 \
             JOIN users u ON u.id = s.user_id WHERE s.id = $2 AND u.enabled = 1",
        )
        .bind(caller.account.0)
        .bind(session.0)
        .fetch_optional(self.store.read())
        .await?
        .ok_or_else(ended)?;
        Role::by_name(&role).ok_or_else(|| Error::internal("the store holds an unknown role"))
    }
}
