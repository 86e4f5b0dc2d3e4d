//! The lock on what is counted for a user.

use crate::error::Result;
use crate::store::Tx;
use keyrack_types::ids::UserId;

/// Whether this still is the user's password; no other transaction changes it before this one ends.
pub async fn hold_password(tx: &mut Tx, user: UserId, hash: &str) -> Result<bool> {
    let held = sqlx::query("UPDATE users SET enabled = enabled WHERE id = $1 AND password_hash = $2 AND enabled = 1")
        .bind(user.0)
        .bind(hash)
        .execute(&mut **tx)
        .await?;
    Ok(held.rows_affected() > 0)
}

/// Lets changes of what is counted for a user happen one after the other; answers whether the user is there and enabled.
/// Before anything else in a transaction but the account's turn, so that two of them never wait for each other.
pub async fn lock_user(tx: &mut Tx, user: UserId) -> Result<bool> {
    let held = sqlx::query("UPDATE users SET enabled = enabled WHERE id = $1 AND enabled = 1")
        .bind(user.0)
        .execute(&mut **tx)
        .await?;
    Ok(held.rows_affected() > 0)
}
