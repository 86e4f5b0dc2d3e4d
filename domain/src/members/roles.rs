//! Changing what a member may do.

use super::check_owner_left;
use crate::accounts::Confirmed;
use crate::audit::{self, Event};
use crate::caller::Right;
use crate::cluster::Forget;
use crate::error::{Error, Result};
use crate::ids::UserId;
use crate::keyrack::Keyrack;
use crate::types::accounts::Role;

impl Keyrack {
    /// Gives a member another role. A lower one narrows that member's tokens and sessions at their next call.
    ///
    /// # Errors
    /// [`Error::Forbidden`] below owner, or when no owner would be left; [`Error::NotFound`].
    pub async fn change_role(&self, confirmed: &Confirmed, user: i64, role: Role) -> Result<()> {
        let caller = confirmed.caller();
        caller.require(Right::ManageMembers)?;
        let mut tx = self.store.begin().await?;
        let changed = sqlx::query("UPDATE memberships SET role = $1 WHERE account_id = $2 AND user_id = $3")
            .bind(role.name())
            .bind(caller.account.0)
            .bind(user)
            .execute(&mut *tx)
            .await?;
        if changed.rows_affected() == 0 {
            return Err(Error::NotFound(format!("there is no member {user}").into()));
        }
        check_owner_left(&mut tx, caller.account).await?;
        let event =
            Event::by(caller, &confirmed.client, "member.role", format!("user:{user}")).with("role", role.name());
        audit::append(&mut tx, self.world.now(), event).await?;
        self.commit(tx, &[Forget::User(UserId(user))]).await
    }
}
