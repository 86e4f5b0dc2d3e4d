//! People and their accounts.

use chrono::{DateTime, Utc};

use crate::accounts::Accounts;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::email::check_email;
use keyrack_core::error::{Error, Result, violated};
use keyrack_core::field;
use keyrack_types::accounts::Profile;
use keyrack_types::ids::{AccountId, UserId};
use keyrack_types::text::hidden;

/// The longest name of a person, in characters.
const NAME_LIMIT: usize = 100;

/// Brings a person's name to the form that others see: no blanks around it.
///
/// # Errors
/// [`Error::Invalid`] for one that is empty, too long, or holds what cannot be seen.
pub fn check_name(name: &str) -> Result<&str> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_LIMIT || hidden(name).is_some() {
        return Err(Error::invalid(
            field::Account::Name,
            format!("Write a name of 1 to {NAME_LIMIT} characters, without control or invisible characters."),
        ));
    }
    Ok(name)
}

keyrack_core::store::row! {
    struct ProfileRow {
        email: String,
        name: String,
        created_at: DateTime<Utc>,
        account: String,
    }
}

impl Accounts {
    /// Makes a user with an account of its own, as its owner.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an address or password that cannot be taken, [`Error::Exists`] when the address has a user.
    pub async fn create_user_with_account(&self, email: &str, password: &str) -> Result<(UserId, AccountId)> {
        let email = check_email(email)?;
        let hash = self.passwords.hash(&self.world, password).await?;
        let now = self.world.now().timestamp_millis();
        let name = email.split('@').next().unwrap_or_default();
        let mut tx = self.store.begin().await?;
        let user = sqlx::query_scalar(
            "INSERT INTO users (email, name, password_hash, created_at) VALUES ($1, $2, $3, $4) RETURNING id",
        )
        .bind(&email)
        .bind(name)
        .bind(hash)
        .bind(now)
        .fetch_one(&mut *tx)
        .await
        .map_err(|error| {
            if violated(&error, "users_email_key", "users.email") {
                Error::Exists(format!("there is a user with the e-mail address {email} already").into())
            } else {
                error.into()
            }
        })?;
        let user = UserId(user);
        let account = sqlx::query_scalar("INSERT INTO accounts (name, created_at) VALUES ($1, $2) RETURNING id")
            .bind(&email)
            .bind(now)
            .fetch_one(&mut *tx)
            .await?;
        let account = AccountId(account);
        sqlx::query("INSERT INTO memberships (account_id, user_id, role, created_at) VALUES ($1, $2, 'owner', $3)")
            .bind(account.0)
            .bind(user.0)
            .bind(now)
            .execute(&mut *tx)
            .await?;
        let event = Event::by_operator(Some(account), "user.create", format!("user:{user} {email}"));
        audit::append(&mut tx, self.world.now(), event).await?;
        tx.commit(&[]).await?;
        Ok((user, account))
    }

    /// Whether there is any user yet.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn has_users(&self) -> Result<bool> {
        Ok(sqlx::query("SELECT 1 FROM users LIMIT 1").fetch_optional(self.store.read()).await?.is_some())
    }

    /// The person behind the caller.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn profile(&self, caller: &Caller) -> Result<Profile> {
        let row = sqlx::query_as::<_, ProfileRow>(
            "SELECT u.email, u.name, u.created_at, a.name AS account FROM users u, accounts a WHERE u.id = $1 AND a.id = $2",
        )
        .bind(caller.user.0)
        .bind(caller.account.0)
        .fetch_one(self.store.read())
        .await?;
        Ok(Profile {
            user_id: caller.user.0,
            email: row.email,
            name: row.name,
            account: row.account,
            role: caller.role,
            since: row.created_at,
            by_token: caller.by_token().is_some(),
        })
    }

    /// Changes the name that others see.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a name that is empty, too long or holds what cannot be seen; [`Error::Forbidden`] for a token.
    pub async fn rename_user(&self, caller: &Caller, client: &Client, name: &str) -> Result<Profile> {
        caller.require(Right::ManageSelf)?;
        let name = check_name(name)?;
        let mut tx = self.store.begin().await?;
        sqlx::query("UPDATE users SET name = $1 WHERE id = $2")
            .bind(name)
            .bind(caller.user.0)
            .execute(&mut *tx)
            .await?;
        let event = Event::by(caller, client, "user.rename", format!("user:{} {}", caller.user, caller.email))
            .with("name", name);
        audit::append(&mut tx, self.world.now(), event).await?;
        tx.commit(&[]).await?;
        self.profile(caller).await
    }
}
