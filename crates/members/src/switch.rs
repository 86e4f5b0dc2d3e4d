//! People who are members of several accounts.

use crate::Members;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::cluster::Invalidation;
use keyrack_core::error::{Error, Result};
use keyrack_identity::accounts::SignedIn;
use keyrack_types::accounts::Role;
use keyrack_types::ids::AccountId;
use keyrack_types::members::AccountChoice;
use keyrack_types::order::sort_by_name;

keyrack_core::store::row! {
    struct Membership {
        id: i64,
        name: String,
        role: Role,
    }
}

impl Members {
    /// The accounts that the caller is a member of; a token, and a session that a token opened, know only their own.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn accounts_of(&self, caller: &Caller) -> Result<Vec<AccountChoice>> {
        let rows = sqlx::query_as::<_, Membership>(
            "SELECT a.id, a.name, m.role FROM memberships m JOIN accounts a ON a.id = m.account_id WHERE m.user_id = $1 \
             AND (a.id = $2 OR $3 = 0) ORDER BY a.id",
        )
        .bind(caller.user.0)
        .bind(caller.account.0)
        .bind(i64::from(caller.by_token().is_some()))
        .fetch_all(self.store.read())
        .await?;
        let mut accounts = rows
            .into_iter()
            .map(|row| AccountChoice {
                id: row.id,
                name: row.name,
                role: row.role,
                current: row.id == caller.account.0,
            })
            .collect::<Vec<_>>();
        sort_by_name(&mut accounts, |account| &account.name);
        Ok(accounts)
    }

    /// Moves the caller's session to another of the user's accounts, with a new session value.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for tokens, which belong to one account; [`Error::NotFound`] for an account that the user is no
    /// member of.
    pub async fn switch_account(&self, caller: &Caller, client: &Client, account: i64) -> Result<SignedIn> {
        caller.require(Right::ManageSelf)?;
        let member: i64 = sqlx::query_scalar("SELECT count(*) FROM memberships WHERE account_id = $1 AND user_id = $2")
            .bind(account)
            .bind(caller.user.0)
            .fetch_one(self.store.read())
            .await?;
        if member == 0 {
            return Err(Error::NotFound(format!("you are no member of an account {account}").into()));
        }
        let session = caller.session().ok_or(Error::Forbidden("a token belongs to one account".into()))?;
        let mut tx = self.store.begin().await?;
        sqlx::query("UPDATE sessions SET account_id = $1 WHERE id = $2")
            .bind(account)
            .bind(session.0)
            .execute(&mut *tx)
            .await?;
        let event =
            Event::by_user(Some((caller.user, AccountId(account))), &caller.email, client, "session.switch-account");
        audit::append(&mut tx, self.world.now(), event).await?;
        tx.commit(&[Invalidation::User(caller.user)]).await?;
        self.accounts.renew_session(caller).await
    }
}
