//! Changing what a member may do.

use super::{check_owner_left, in_turn_as_owner, member, no_member, withdraw_invitations_of};
use crate::Members;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::Right;
use keyrack_core::cluster::Invalidation;
use keyrack_core::error::Result;
use keyrack_identity::accounts::Confirmed;
use keyrack_types::accounts::Role;
use keyrack_types::ids::UserId;

impl Members {
    /// Gives a member another role. A lower one narrows that member's tokens and sessions at their next call, and takes
    /// back what a former owner has invited.
    ///
    /// # Errors
    /// [`Error::Forbidden`] below owner, or when no owner would be left; [`Error::NotFound`].
    pub async fn change_role(&self, confirmed: &Confirmed, user: i64, role: Role) -> Result<()> {
        let caller = confirmed.caller();
        caller.require(Right::ManageMembers)?;
        let mut tx = self.store.begin().await?;
        in_turn_as_owner(&mut tx, caller).await?;
        confirmed.hold(&mut tx).await?;
        let (email, former) = member(&mut tx, caller.account, user).await?.ok_or_else(|| no_member(user))?;
        sqlx::query("UPDATE memberships SET role = $1 WHERE account_id = $2 AND user_id = $3")
            .bind(role.name())
            .bind(caller.account.0)
            .bind(user)
            .execute(&mut *tx)
            .await?;
        check_owner_left(&mut tx, caller.account).await?;
        let mut event = Event::by(caller, confirmed.client(), "member.role", format!("user:{user} {email}"))
            .with("role", role.name())
            .with("formerRole", former.name());
        if role < Role::Owner {
            let withdrawn = withdraw_invitations_of(&mut tx, caller.account, UserId(user)).await?;
            event = event.with("invitationsWithdrawn", withdrawn);
        }
        audit::append(&mut tx, self.world.now(), event).await?;
        let mut changes = self.tokens.end_sign_ins_for_others(&mut tx, caller.account, UserId(user)).await?;
        changes.push(Invalidation::User(UserId(user)));
        tx.commit(&changes).await
    }
}
