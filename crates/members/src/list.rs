//! Who is in the account.

use chrono::{DateTime, Utc};

use crate::Members;
use keyrack_core::caller::{Caller, Right};
use keyrack_core::error::Result;
use keyrack_types::accounts::Role;
use keyrack_types::members::{InvitationView, MemberList, MemberView};
use keyrack_types::order::sort_by_name;

keyrack_core::store::row! {
    struct MemberRow {
        id: i64,
        email: String,
        name: String,
        role: Role,
        created_at: DateTime<Utc>,
        second_factors: i64,
        tokens: i64,
    }

    struct InvitationRow {
        id: i64,
        email: String,
        role: Role,
        expires_at: DateTime<Utc>,
    }
}

impl Members {
    /// The members of the caller's account, and for an owner the invitations that are open.
    ///
    /// # Errors
    /// [`keyrack_core::Error::Denied`] for a token that is limited to environments.
    pub async fn list(&self, caller: &Caller) -> Result<MemberList> {
        caller.require(Right::See)?;
        caller.require_account()?;
        let rows = sqlx::query_as::<_, MemberRow>(
            "SELECT u.id, u.email, u.name, m.role, m.created_at, \
             (SELECT count(*) FROM totp WHERE user_id = u.id AND confirmed = 1) + (SELECT count(*) FROM passkeys WHERE user_id = u.id) AS second_factors, \
             (SELECT count(*) FROM tokens t WHERE t.account_id = m.account_id AND t.owner_id = u.id) AS tokens \
             FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.account_id = $1",
        )
        .bind(caller.account.0)
        .fetch_all(self.store.read())
        .await?;
        let mut members = rows
            .into_iter()
            .map(|row| MemberView {
                user_id: row.id,
                email: row.email,
                name: row.name,
                role: row.role,
                since: row.created_at,
                me: row.id == caller.user.0,
                second_factor: row.second_factors > 0,
                tokens: u32::try_from(row.tokens).unwrap_or(u32::MAX),
            })
            .collect::<Vec<_>>();
        sort_by_name(&mut members, |member| &member.email);
        let may_manage = caller.require(Right::ManageMembers).is_ok();
        let invitations = if may_manage { self.invitations(caller).await? } else { Vec::new() };
        Ok(MemberList { members, invitations, may_manage })
    }

    async fn invitations(&self, caller: &Caller) -> Result<Vec<InvitationView>> {
        let now = self.world.now();
        let rows = sqlx::query_as::<_, InvitationRow>(
            "SELECT id, email, role, expires_at FROM invitations WHERE account_id = $1",
        )
        .bind(caller.account.0)
        .fetch_all(self.store.read())
        .await?;
        let mut invitations = rows
            .into_iter()
            .map(|row| InvitationView {
                id: row.id,
                email: row.email,
                role: row.role,
                expires: row.expires_at,
                expired: row.expires_at < now,
            })
            .collect::<Vec<_>>();
        sort_by_name(&mut invitations, |invitation| &invitation.email);
        Ok(invitations)
    }
}
