//! Rows that a transaction holds until it ends, so that of two transactions at once the second one sees what the first did.
//!
//! PostgreSQL locks them as an update of any column but the key would. SQLite has one writer, which a [`Tx`] is from its
//! beginning: there only the question is asked whether the rows exist.
//!
//! A transaction that holds rows of several tables takes them in this order: account, user, token or nodes, head of the audit
//! log.

use super::{Dialect, Tx};
use crate::error::Result;
use crate::store::row;
use keyrack_types::ids::{AccountId, EnvironmentId, NodeId, TokenId, UserId};

/// The text that selects rows, and the one that locks them too.
macro_rules! locking {
    ($tx:expr, $select:literal) => {
        match $tx.dialect() {
            Dialect::Sqlite => $select,
            Dialect::Postgres => concat!($select, " FOR NO KEY UPDATE"),
        }
    };
}

row! {
    /// The last entry of the audit log.
    pub struct AuditHead {
        pub last_id: i64,
        pub hash: Vec<u8>,
    }
}

impl Tx {
    /// Holds an account: whatever is counted per account is counted and added to under this.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn lock_account(&mut self, account: AccountId) -> Result<()> {
        let text = locking!(self, "SELECT id FROM accounts WHERE id = $1");
        sqlx::query(text).bind(account.0).fetch_optional(&mut **self).await?;
        Ok(())
    }

    /// Holds a user: whatever is counted per user is counted and added to under this. Returns whether the user exists and is
    /// enabled.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn lock_user(&mut self, user: UserId) -> Result<bool> {
        let text = locking!(self, "SELECT id FROM users WHERE id = $1 AND enabled = 1");
        Ok(sqlx::query(text).bind(user.0).fetch_optional(&mut **self).await?.is_some())
    }

    /// Holds a user whose password has this hash. Returns whether it has, and the user is enabled.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn lock_password(&mut self, user: UserId, hash: &str) -> Result<bool> {
        let text = locking!(self, "SELECT id FROM users WHERE id = $1 AND password_hash = $2 AND enabled = 1");
        Ok(sqlx::query(text).bind(user.0).bind(hash).fetch_optional(&mut **self).await?.is_some())
    }

    /// Holds a token of an account. Returns whether there is one.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn lock_token(&mut self, account: AccountId, token: TokenId) -> Result<bool> {
        let text = locking!(self, "SELECT id FROM tokens WHERE id = $1 AND account_id = $2");
        Ok(sqlx::query(text).bind(token.0).bind(account.0).fetch_optional(&mut **self).await?.is_some())
    }

    /// Holds the nodes of an environment, and with them what is configured for it.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn lock_nodes(&mut self, environment: EnvironmentId) -> Result<()> {
        let text = locking!(self, "SELECT id FROM nodes WHERE environment_id = $1 ORDER BY id");
        sqlx::query(text).bind(environment.0).fetch_all(&mut **self).await?;
        Ok(())
    }

    /// Holds one node. Returns whether it exists.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn lock_node(&mut self, node: NodeId) -> Result<bool> {
        let text = locking!(self, "SELECT id FROM nodes WHERE id = $1");
        Ok(sqlx::query(text).bind(node.0).fetch_optional(&mut **self).await?.is_some())
    }

    /// Holds the end of the audit log: entries are appended one after the other.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn lock_audit(&mut self) -> Result<AuditHead> {
        let text = locking!(self, "SELECT last_id, hash FROM audit_head WHERE id = 1");
        Ok(sqlx::query_as::<_, AuditHead>(text).fetch_one(&mut **self).await?)
    }
}
