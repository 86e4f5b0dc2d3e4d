//! Members of an account: invited, changed, removed; and people who are in several accounts.

mod invite;
mod list;
mod remove;
mod roles;
mod switch;

pub use invite::Invitation;

use sqlx::AnyConnection;

use crate::error::{Error, Result};
use crate::ids::AccountId;

/// Refuses what would leave the account without an owner.
pub(super) async fn check_owner_left(connection: &mut AnyConnection, account: AccountId) -> Result<()> {
    let owners: i64 = sqlx::query_scalar("SELECT count(*) FROM memberships WHERE account_id = $1 AND role = 'owner'")
        .bind(account.0)
        .fetch_one(connection)
        .await?;
    if owners == 0 {
        return Err(Error::Forbidden("an account needs an owner: make somebody else one first".into()));
    }
    Ok(())
}
