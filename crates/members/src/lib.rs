//! Members of an account: invited, changed, removed; and people who are in several accounts.

mod invite;
mod leave;
mod list;
mod mail;
mod remove;
mod roles;
mod switch;

pub use invite::Invitation;
pub use mail::Invitations;

use sqlx::AnyConnection;

use keyrack_core::caller::Caller;
use keyrack_core::core::Core;
use keyrack_core::error::{Error, Result};
use keyrack_core::on_core;
use keyrack_core::store::Tx;
use keyrack_identity::accounts::Accounts;
use keyrack_identity::notices::Notices;
use keyrack_tokens::Tokens;
use keyrack_types::accounts::Role;
use keyrack_types::ids::{AccountId, UserId};

/// Members of an account.
#[derive(Clone)]
pub struct Members {
    core: Core,
    accounts: Accounts,
    notices: Notices,
    tokens: Tokens,
}

on_core!(Members);

impl Members {
    /// Members, with the services that a member has sessions, notices and tokens from.
    pub fn new(core: Core, accounts: Accounts, notices: Notices, tokens: Tokens) -> Members {
        Members { core, accounts, notices, tokens }
    }
}

/// Lets changes of an account's members happen one after the other: two owners who lower each other at the same time
/// must not leave it without one.
async fn in_turn(tx: &mut Tx, account: AccountId) -> Result<()> {
    tx.lock_account(account).await
}

/// Takes the turn for an owner. The caller was looked up before the transaction; whether it is an owner still is asked
/// within it, so that somebody who is being removed cannot change members with a request that was on its way.
async fn in_turn_as_owner(tx: &mut Tx, caller: &Caller) -> Result<()> {
    in_turn(tx, caller.account).await?;
    match member(tx, caller.account, caller.user.0).await? {
        Some((_, Role::Owner)) => Ok(()),
        _ => Err(Error::Forbidden("you are no owner of this account any more".into())),
    }
}

keyrack_core::store::row! {
    struct Member {
        email: String,
        role: Role,
    }
}

/// The e-mail address and the role of a member.
async fn member(tx: &mut Tx, account: AccountId, user: i64) -> Result<Option<(String, Role)>> {
    let member = sqlx::query_as::<_, Member>(
        "SELECT u.email, m.role FROM memberships m JOIN users u ON u.id = m.user_id \
         WHERE m.account_id = $1 AND m.user_id = $2",
    )
    .bind(account.0)
    .bind(user)
    .fetch_optional(&mut **tx)
    .await?;
    Ok(member.map(|member| (member.email, member.role)))
}

fn no_member(user: i64) -> Error {
    Error::NotFound(format!("there is no member {user}").into())
}

/// Takes back what somebody invited who is no owner any more, or it would be a way back in. Answers how many.
async fn withdraw_invitations_of(tx: &mut Tx, account: AccountId, user: UserId) -> Result<u64> {
    let gone = sqlx::query("DELETE FROM invitations WHERE account_id = $1 AND invited_by = $2")
        .bind(account.0)
        .bind(user.0)
        .execute(&mut **tx)
        .await?;
    Ok(gone.rows_affected())
}

/// Refuses what would leave the account without an owner.
async fn check_owner_left(connection: &mut AnyConnection, account: AccountId) -> Result<()> {
    let owners: i64 = sqlx::query_scalar("SELECT count(*) FROM memberships WHERE account_id = $1 AND role = 'owner'")
        .bind(account.0)
        .fetch_one(connection)
        .await?;
    if owners == 0 {
        return Err(Error::Forbidden("an account needs an owner: make somebody else one first".into()));
    }
    Ok(())
}
