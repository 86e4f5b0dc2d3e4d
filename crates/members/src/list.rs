//! Who is in the account.

use sqlx::Row;

use crate::Members;
use keyrack_core::caller::{Caller, Right};
use keyrack_core::error::{Error, Result};
use keyrack_core::world::from_millis;
use keyrack_types::accounts::Role;
use keyrack_types::members::{InvitationView, MemberList, MemberView};
use keyrack_types::order::sort_by_name;

impl Members {
    /// The members of the caller's account, and for an owner the invitations that are open.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn list(&self, caller: &Caller) -> Result<MemberList> {
        caller.require(Right::See)?;
        let rows = sqlx::query(
            "SELECT u.id, u.email, u.name, m.role, m.created_at, \
             (SELECT count(*) FROM totp WHERE user_id = u.id AND confirmed = 1) + (SELECT count(*) FROM passkeys WHERE user_id = u.id), \
             (SELECT count(*) FROM tokens t WHERE t.account_id = m.account_id AND t.owner_id = u.id) \
             FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.account_id = $1",
        )
        .bind(caller.account.0)
        .fetch_all(self.store.read())
        .await?;
        let mut members = rows
            .into_iter()
            .map(|row| {
                let id: i64 = row.try_get(0)?;
                Ok(MemberView {
                    user_id: id,
                    email: row.try_get(1)?,
                    name: row.try_get(2)?,
                    role: role(row.try_get(3)?)?,
                    since: from_millis(row.try_get(4)?),
                    me: id == caller.user.0,
                    second_factor: row.try_get::<i64, _>(5)? > 0,
                    tokens: u32::try_from(row.try_get::<i64, _>(6)?).unwrap_or(u32::MAX),
                })
            })
            .collect::<Result<Vec<_>>>()?;
        sort_by_name(&mut members, |member| &member.email);
        let may_manage = caller.require(Right::ManageMembers).is_ok();
        let invitations = if may_manage { self.invitations(caller).await? } else { Vec::new() };
        Ok(MemberList { members, invitations, may_manage })
    }

    async fn invitations(&self, caller: &Caller) -> Result<Vec<InvitationView>> {
        let now = self.world.now();
        let rows = sqlx::query("SELECT id, email, role, expires_at FROM invitations WHERE account_id = $1")
            .bind(caller.account.0)
            .fetch_all(self.store.read())
            .await?;
        let mut invitations = rows
            .into_iter()
            .map(|row| {
                let expires = from_millis(row.try_get(3)?);
                Ok(InvitationView {
                    id: row.try_get(0)?,
                    email: row.try_get(1)?,
                    role: role(row.try_get(2)?)?,
                    expires,
                    expired: expires < now,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        sort_by_name(&mut invitations, |invitation| &invitation.email);
        Ok(invitations)
    }
}

fn role(name: String) -> Result<Role> {
    Role::by_name(&name).ok_or_else(|| Error::internal(format!("the store holds the unknown role “{name}”")))
}
