//! Rows that are held so that of two transactions at once the second one sees what the first did. (SQLite has one writer, and
//! needs none of it.)

use super::Tx;
use crate::error::Result;
use keyrack_types::ids::AccountId;

/// Holds an account until the transaction ends: whatever is counted per account is counted and added to under this.
///
/// # Errors
/// When the database cannot be reached.
pub async fn lock_account(tx: &mut Tx, account: AccountId) -> Result<()> {
    sqlx::query("UPDATE accounts SET id = id WHERE id = $1").bind(account.0).execute(&mut **tx).await?;
    Ok(())
}
