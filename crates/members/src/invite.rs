//! Inviting people, by a link that works once and expires.

use chrono::TimeDelta;

use super::{in_turn, in_turn_as_owner};
use crate::Members;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::error::{Error, Result, violated};
use keyrack_core::secret::{Secret, SecretHash};
use keyrack_core::store::Tx;
use keyrack_core::throttle::Guess;
use keyrack_identity::accounts::{Confirmed, SignedIn, check_email, check_name, check_strength};
use keyrack_types::accounts::Role;
use keyrack_types::bounds::counts::{INVITATIONS_A_DAY, INVITATIONS_OF_ACCOUNT, MEMBERS_OF_ACCOUNT};
use keyrack_types::ids::{AccountId, UserId};
use keyrack_types::members::InvitationOffer;

/// An invitation that was just made; its link is returned only here.
#[derive(Debug)]
pub struct Invitation {
    pub id: i64,
    pub email: String,
    /// The secret part of the link.
    pub secret: Secret,
    /// Whether a mail with a link of its own is on its way to the address too.
    pub mailed: bool,
}

keyrack_core::store::row! {
    /// A stored invitation that still holds.
    struct Open {
        id: i64,
        account: AccountId,
        account_name: String,
        email: String,
        role: Role,
    }
}

impl Members {
    /// Invites somebody; a former invitation of the same address is replaced.
    ///
    /// # Errors
    /// [`Error::Forbidden`] below owner; [`Error::Invalid`] for what is no address; [`Error::Exists`] for a member;
    /// [`Error::Limit`].
    pub async fn invite(&self, confirmed: &Confirmed, email: &str, role: Role) -> Result<Invitation> {
        let caller = confirmed.caller();
        caller.require(Right::ManageMembers)?;
        let email = check_email(email)?;
        let secret = Secret::new_link(&self.world);
        let now = self.world.now();
        let lifetime = i64::try_from(self.settings.invitation_lifetime.as_millis()).unwrap_or(i64::MAX);
        let mailed = self.notices.has_mailer();
        let mut tx = self.store.begin().await?;
        in_turn_as_owner(&mut tx, caller).await?;
        confirmed.hold(&mut tx).await?;
        let member: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.account_id = $1 AND u.email = $2",
        )
        .bind(caller.account.0)
        .bind(&email)
        .fetch_one(&mut *tx)
        .await?;
        if member > 0 {
            return Err(Error::Exists(format!("the address {email} belongs to a member already").into()));
        }
        // The log counts what was withdrawn, too.
        let made_today: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM audit WHERE account_id = $1 AND at > $2 AND action = 'member.invite'",
        )
        .bind(caller.account.0)
        .bind((now - TimeDelta::days(1)).timestamp_millis())
        .fetch_one(&mut *tx)
        .await?;
        if made_today >= INVITATIONS_A_DAY {
            let why = format!("an account can invite {INVITATIONS_A_DAY} times within a day: try again tomorrow");
            return Err(Error::Limit(why.into()));
        }
        sqlx::query("DELETE FROM invitations WHERE account_id = $1 AND email = $2")
            .bind(caller.account.0)
            .bind(&email)
            .execute(&mut *tx)
            .await?;
        if invitations_of(&mut tx, caller.account).await? >= INVITATIONS_OF_ACCOUNT {
            // Those that have expired stand in the list, to be sent anew, until their places are needed.
            sqlx::query("DELETE FROM invitations WHERE account_id = $1 AND expires_at < $2")
                .bind(caller.account.0)
                .bind(now.timestamp_millis())
                .execute(&mut *tx)
                .await?;
        }
        if invitations_of(&mut tx, caller.account).await? >= INVITATIONS_OF_ACCOUNT {
            return Err(Error::Limit(
                format!("an account can have {INVITATIONS_OF_ACCOUNT} open invitations: take one back first").into(),
            ));
        }
        let id = sqlx::query_scalar(
            "INSERT INTO invitations (account_id, email, role, secret_hash, invited_by, created_at, expires_at, mail_state) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
        )
        .bind(caller.account.0)
        .bind(&email)
        .bind(role.name())
        .bind(secret.hash().to_vec())
        .bind(caller.user.0)
        .bind(now.timestamp_millis())
        .bind(now.timestamp_millis().saturating_add(lifetime))
        .bind(if mailed { "waiting" } else { "none" })
        .fetch_one(&mut *tx)
        .await?;
        let event =
            Event::by(caller, confirmed.client(), "member.invite", format!("user:{email}")).with("role", role.name());
        audit::append(&mut tx, now, event).await?;
        tx.commit(&[]).await?;
        self.notices.mail_waits.notify_one();
        Ok(Invitation { id, email, secret, mailed })
    }

    /// Takes an invitation back.
    ///
    /// # Errors
    /// [`Error::Forbidden`] below owner; [`Error::NotFound`].
    pub async fn withdraw_invitation(&self, caller: &Caller, client: &Client, id: i64) -> Result<()> {
        caller.require(Right::ManageMembers)?;
        let mut tx = self.store.begin().await?;
        let email: String =
            sqlx::query_scalar("DELETE FROM invitations WHERE id = $1 AND account_id = $2 RETURNING email")
                .bind(id)
                .bind(caller.account.0)
                .fetch_optional(&mut *tx)
                .await?
                .ok_or_else(|| {
                    Error::NotFound(format!("there is no invitation {id}; it may have been accepted").into())
                })?;
        let event = Event::by(caller, client, "member.withdraw-invitation", format!("user:{email}"));
        audit::append(&mut tx, self.world.now(), event).await?;
        tx.commit(&[]).await
    }

    /// What an invitation's link offers.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a link that was used, has expired, was withdrawn, or never was one.
    pub async fn invitation(&self, secret: &str) -> Result<InvitationOffer> {
        let open = self.open_invitation(secret).await?;
        let known: i64 = sqlx::query_scalar("SELECT count(*) FROM users WHERE email = $1")
            .bind(&open.email)
            .fetch_one(self.store.read())
            .await?;
        Ok(InvitationOffer { email: open.email, account: open.account_name, role: open.role, known_user: known > 0 })
    }

    /// Accepts an invitation for an address that has no user yet: makes the user and signs in.
    ///
    /// # Errors
    /// [`Error::NotFound`] as in [`invitation`](Members::invitation); [`Error::Invalid`] for a name or password that cannot
    /// be taken; [`Error::Exists`] when the address has a user; [`Error::Limit`] when the account has too many members;
    /// [`Error::TooManyTries`] when several requests follow one link.
    pub async fn accept_as_new_user(
        &self,
        secret: &str,
        name: &str,
        password: &str,
        client: &Client,
    ) -> Result<SignedIn> {
        let open = self.open_invitation(secret).await?;
        let name = check_name(name)?;
        check_strength(password, &[&open.email, name, "keyrack"])?;
        let _place = self.throttle.reserve(Guess::Invitation { id: open.id }).await?;
        let hash = self.passwords.hash(&self.world, password).await?;
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        in_turn(&mut tx, open.account).await?;
        let user = sqlx::query_scalar(
            "INSERT INTO users (email, name, password_hash, created_at) VALUES ($1, $2, $3, $4) RETURNING id",
        )
        .bind(&open.email)
        .bind(name)
        .bind(hash)
        .bind(now.timestamp_millis())
        .fetch_one(&mut *tx)
        .await
        .map_err(|error| {
            if violated(&error, "users_email_key", "users.email") {
                Error::Exists("this address has a user already: sign in to accept".into())
            } else {
                error.into()
            }
        })?;
        let user = UserId(user);
        self.join(&mut tx, &open, user, client).await?;
        tx.commit(&[]).await?;
        self.accounts.sign_in_member(user, open.account, &open.email, client).await
    }

    /// Accepts an invitation as the signed-in user whose address was invited.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for somebody else, or when signed in by a token.
    pub async fn accept_as_user(&self, caller: &Caller, client: &Client, secret: &str) -> Result<SignedIn> {
        caller.require(Right::ManageSelf)?;
        let open = self.open_invitation(secret).await?;
        if open.email != caller.email {
            return Err(Error::Forbidden(
                format!("the invitation is for {}; you are signed in as {}", open.email, caller.email).into(),
            ));
        }
        let mut tx = self.store.begin().await?;
        in_turn(&mut tx, open.account).await?;
        self.join(&mut tx, &open, caller.user, client).await?;
        tx.commit(&[]).await?;
        self.switch_account(caller, client, open.account.0).await
    }

    async fn open_invitation(&self, secret: &str) -> Result<Open> {
        sqlx::query_as::<_, Open>(
            "SELECT i.id, i.account_id AS account, a.name AS account_name, i.email, i.role FROM invitations i \
             JOIN accounts a ON a.id = i.account_id WHERE (i.secret_hash = $1 OR i.mail_hash = $1) AND i.expires_at >= $2",
        )
        .bind(SecretHash::of(secret).to_vec())
        .bind(self.world.now().timestamp_millis())
        .fetch_optional(self.store.read())
        .await?
        .ok_or_else(no_invitation)
    }

    /// Makes a member; the account's turn is taken by the caller.
    async fn join(&self, tx: &mut Tx, open: &Open, user: UserId, client: &Client) -> Result<()> {
        // Used up by the same statement that finds it: a link works once, however many follow it at the same time.
        let used = sqlx::query("DELETE FROM invitations WHERE id = $1").bind(open.id).execute(&mut **tx).await?;
        if used.rows_affected() == 0 {
            return Err(no_invitation());
        }
        let members: i64 = sqlx::query_scalar("SELECT count(*) FROM memberships WHERE account_id = $1")
            .bind(open.account.0)
            .fetch_one(&mut **tx)
            .await?;
        if members >= MEMBERS_OF_ACCOUNT {
            return Err(Error::Limit(format!("an account can have {MEMBERS_OF_ACCOUNT} members").into()));
        }
        let now = self.world.now();
        sqlx::query("INSERT INTO memberships (account_id, user_id, role, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
            .bind(open.account.0)
            .bind(user.0)
            .bind(open.role.name())
            .bind(now.timestamp_millis())
            .execute(&mut **tx)
            .await?;
        let event = Event::by_user(Some((user, open.account)), &open.email, client, "member.join")
            .with("role", open.role.name());
        audit::append(tx, now, event).await
    }
}

async fn invitations_of(tx: &mut Tx, account: AccountId) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT count(*) FROM invitations WHERE account_id = $1")
        .bind(account.0)
        .fetch_one(&mut **tx)
        .await?)
}

fn no_invitation() -> Error {
    Error::NotFound("this invitation was used, withdrawn or has expired: ask for a new one".into())
}
