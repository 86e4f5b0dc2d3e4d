//! Public SSH keys that a user keeps here.
//!
//! They are kept and validated, and nothing opens with them: no node of this server is reached by SSH. Clients keep the
//! keys of their users here, and take them to where they are needed.

use chrono::{DateTime, Utc};

use super::ssh_key_text::parse;
use crate::accounts::Accounts;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::error::{Error, Result, violated};
use keyrack_core::field;
use keyrack_types::bounds::counts::SSH_KEYS_OF_USER;
use keyrack_types::text::hidden;

/// The longest title, in characters.
const LONGEST_TITLE: usize = 100;

keyrack_core::store::row! {
    /// A key that is kept.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct SshKey {
        pub id: i64,
        pub title: String,
        /// `type base64 comment`
        pub key: String,
        /// `SHA256:…`
        pub fingerprint: String,
        pub created: DateTime<Utc>,
    }
}

impl Accounts {
    /// Keeps a key for the caller's user.
    ///
    /// # Errors
    /// [`Error::SshKey`] for what is no public key, [`Error::SshKeyExists`], [`Error::SshKeyTitle`], [`Error::Invalid`] for
    /// the title, [`Error::Limit`].
    pub async fn add_ssh_key(&self, caller: &Caller, client: &Client, title: &str, key: &str) -> Result<SshKey> {
        caller.require(Right::See)?;
        let title = title.trim();
        if title.is_empty() || title.chars().count() > LONGEST_TITLE || hidden(title).is_some() {
            let why = format!("it has to be 1 to {LONGEST_TITLE} characters, without control or invisible characters");
            return Err(Error::invalid(field::Account::SshKeyTitle, why));
        }
        let key = parse(key).map_err(Error::SshKey)?;
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        tx.lock_user(caller.user).await?;
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM ssh_keys WHERE user_id = $1")
            .bind(caller.user.0)
            .fetch_one(&mut *tx)
            .await?;
        if count >= SSH_KEYS_OF_USER {
            return Err(Error::Limit(format!("a user can keep {SSH_KEYS_OF_USER} SSH keys").into()));
        }
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO ssh_keys (user_id, title, title_key, public_key, fingerprint, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
        )
        .bind(caller.user.0)
        .bind(title)
        .bind(title.to_lowercase())
        .bind(&key.text)
        .bind(&key.fingerprint)
        .bind(now.timestamp_millis())
        .fetch_one(&mut *tx)
        .await
        .map_err(|error| {
            if violated(&error, "ssh_keys_fingerprint_key", "ssh_keys.fingerprint") {
                Error::SshKeyExists(format!("you keep the key {} already", key.fingerprint))
            } else if violated(&error, "ssh_keys_title_key", "ssh_keys.title_key") {
                Error::SshKeyTitle(format!("another key of yours has the title “{title}”"))
            } else {
                error.into()
            }
        })?;
        let event = Event::by(caller, client, "ssh-key.add", format!("ssh-key:{id} {title}"));
        audit::append(&mut tx, now, event.with("fingerprint", key.fingerprint.clone())).await?;
        tx.commit(&[]).await?;
        Ok(SshKey { id, title: title.to_owned(), key: key.text, fingerprint: key.fingerprint, created: now })
    }

    /// The keys of the caller's user, the oldest first.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn ssh_keys(&self, caller: &Caller) -> Result<Vec<SshKey>> {
        caller.require(Right::See)?;
        Ok(sqlx::query_as::<_, SshKey>(
            "SELECT id, title, public_key AS key, fingerprint, created_at AS created FROM ssh_keys WHERE user_id = $1 \
             ORDER BY id",
        )
        .bind(caller.user.0)
        .fetch_all(self.store.read())
        .await?)
    }

    /// Removes a key of the caller's user.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for a key of somebody else.
    pub async fn delete_ssh_key(&self, caller: &Caller, client: &Client, id: i64) -> Result<()> {
        caller.require(Right::See)?;
        let mut tx = self.store.begin().await?;
        let title: Option<String> =
            sqlx::query_scalar("DELETE FROM ssh_keys WHERE user_id = $1 AND id = $2 RETURNING title")
                .bind(caller.user.0)
                .bind(id)
                .fetch_optional(&mut *tx)
                .await?;
        let title = title.ok_or_else(|| Error::NotFound(format!("there is no SSH key {id}").into()))?;
        let event = Event::by(caller, client, "ssh-key.remove", format!("ssh-key:{id} {title}"));
        audit::append(&mut tx, self.world.now(), event).await?;
        tx.commit(&[]).await
    }
}
