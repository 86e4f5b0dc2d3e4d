//! Leaving an account.

use super::{check_owner_left, in_turn, member, withdraw_invitations_of};
use crate::Members;
use keyrack_core::audit::{self, Event};
use keyrack_core::cluster::Invalidation;
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_identity::accounts::Confirmed;
use keyrack_tokens::{keep_of_removed, live};
use keyrack_types::ids::{AccountId, TokenId};

keyrack_core::store::row! {
    struct LostToken {
        id: TokenId,
        description: String,
    }
}

impl Members {
    /// Takes the one who confirmed out of an account. The leaver's tokens there are removed, and values that the leaver made of
    /// others' tokens end; handing them to somebody who
    /// may do more is for an owner to decide, who removes the member instead. Sessions in that account end, the calling one
    /// included.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an account that the caller is no member of; [`Error::Forbidden`] when no owner would be left;
    /// [`Error::Invalid`] naming `tokens` when there are any and `revoke_tokens` does not say that they may go. Then nothing
    /// has changed.
    pub async fn leave(&self, confirmed: &Confirmed, account: i64, revoke_tokens: bool) -> Result<()> {
        let caller = confirmed.caller();
        let account = AccountId(account);
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        in_turn(&mut tx, account).await?;
        confirmed.hold(&mut tx).await?;
        let (email, role) = member(&mut tx, account, caller.user.0)
            .await?
            .ok_or_else(|| Error::NotFound(format!("you are no member of an account {account}").into()))?;
        let tokens = sqlx::query_as::<_, LostToken>(
            "SELECT id, description FROM tokens WHERE account_id = $1 AND owner_id = $2 ORDER BY id",
        )
        .bind(account.0)
        .bind(caller.user.0)
        .fetch_all(&mut *tx)
        .await?;
        if !tokens.is_empty() && !revoke_tokens {
            return Err(Error::invalid(
                field::Account::MemberTokens,
                format!("You have {} tokens in this account; they are revoked when you leave. Say so.", tokens.len()),
            ));
        }
        let mut changes = vec![Invalidation::User(caller.user)];
        for token in &tokens {
            changes.extend(live(&mut tx, token.id).await?);
            keep_of_removed(&mut tx, token.id, now.timestamp_millis()).await?;
            sqlx::query("DELETE FROM tokens WHERE id = $1").bind(token.id.0).execute(&mut *tx).await?;
        }
        let in_account = |event: Event| Event { account: Some(account), ..event };
        for token in &tokens {
            let subject = format!("token:{} {}", token.id, token.description);
            let event = Event::by(caller, confirmed.client(), "token.remove", subject);
            audit::append(&mut tx, now, in_account(event)).await?;
        }
        let values = self
            .tokens
            .end_secrets_made_by(&mut tx, account, (caller.user, &email), |action, subject| {
                in_account(Event::by(caller, confirmed.client(), action, subject))
            })
            .await?;
        let ended = sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND account_id = $2")
            .bind(caller.user.0)
            .bind(account.0)
            .execute(&mut *tx)
            .await?;
        sqlx::query("DELETE FROM memberships WHERE account_id = $1 AND user_id = $2")
            .bind(account.0)
            .bind(caller.user.0)
            .execute(&mut *tx)
            .await?;
        check_owner_left(&mut tx, account).await?;
        let withdrawn = withdraw_invitations_of(&mut tx, account, caller.user).await?;
        let event = Event::by(caller, confirmed.client(), "member.leave", format!("user:{} {email}", caller.user))
            .with("formerRole", role.name())
            .with("tokens", tokens.len())
            .with("valuesEnded", values.len())
            .with("invitationsWithdrawn", withdrawn)
            .with("sessionsEnded", ended.rows_affected());
        audit::append(&mut tx, now, in_account(event)).await?;
        changes.extend(values);
        tx.commit(&changes).await
    }
}
