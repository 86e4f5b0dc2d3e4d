//! Whether a long call may still go on.
//!
//! A call is authorized once, and most are over at once. A call that takes minutes is rechecked on its way, so that it stops when
//! the role is lowered, the member is removed, or the token is revoked, gets a new secret or opens less.

use crate::accounts::Accounts;
use keyrack_core::caller::{Caller, CallerCredential, Right};
use keyrack_core::error::{Credential, Error, Result};
use keyrack_core::limits::Reach;
use keyrack_types::accounts::Role;
use keyrack_types::ids::{EnvironmentId, TokenId};

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
        let reach = match caller.credential {
            CallerCredential::Session { by_token: Some(token), .. } => self.reach_now(token).await?,
            _ => now.reach().cloned(),
        };
        if let Some(reach) = reach
            && self.has_lost(caller.reach(), &reach).await?
        {
            return Err(Error::Forbidden("the token opens fewer environments than when this began".into()));
        }
        now.require(right)
    }

    /// Whether less is within a reach than was before. An environment that was deleted is nothing less: it took itself out.
    async fn has_lost(&self, before: Option<&Reach>, now: &Reach) -> Result<bool> {
        let Some(before) = before else { return Ok(true) };
        if before.may_create && !now.may_create {
            return Ok(true);
        }
        for lost in before.environments.iter().filter(|one| !now.contains(**one)) {
            let there: Option<i64> =
                sqlx::query_scalar("SELECT id FROM environments WHERE id = $1 AND wanted <> 'deleted'")
                    .bind(lost.0)
                    .fetch_optional(self.store.read())
                    .await?;
            if there.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The environments that a token, and so a session that it opened, is limited to now.
    async fn reach_now(&self, token: TokenId) -> Result<Option<Reach>> {
        let may_create: Option<bool> =
            sqlx::query_scalar("SELECT may_create FROM tokens WHERE id = $1 AND reach <> 'all'")
                .bind(token.0)
                .fetch_optional(self.store.read())
                .await?
                .map(|may_create: i64| may_create != 0);
        let Some(may_create) = may_create else { return Ok(None) };
        let text = "SELECT environment_id FROM token_environments WHERE token_id = $1 ORDER BY environment_id";
        let ids: Vec<i64> = sqlx::query_scalar(text).bind(token.0).fetch_all(self.store.read()).await?;
        Ok(Some(Reach { environments: ids.into_iter().map(EnvironmentId).collect(), may_create }))
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
