//! Removing a member, with an answer for each of the member's tokens.

use std::collections::HashMap;

use super::{check_owner_left, in_turn_as_owner, member, no_member, withdraw_invitations_of};
use crate::Members;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Right};
use keyrack_core::cluster::Invalidation;
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_core::secret::Secret;
use keyrack_core::store::Tx;
use keyrack_identity::accounts::Confirmed;
use keyrack_identity::notices::{Notice, notify};
use keyrack_tokens::{keep_of_removed, live, replace_at_once, replace_methods};
use keyrack_types::accounts::Role;
use keyrack_types::ids::{TokenId, UserId};
use keyrack_types::members::TokenDisposition;
use keyrack_types::methods::ApiSet;
use keyrack_types::tokens::{NewSecret, TokenView};

keyrack_core::store::row! {
    /// A token that belongs to a member, or whose value the member made.
    struct TokenOfMember {
        id: i64,
        description: String,
        owner_id: UserId,
    }
}

impl Members {
    /// The tokens of a member, which removing the member has to decide on.
    ///
    /// # Errors
    /// [`Error::Forbidden`] below owner.
    pub async fn tokens_of_member(&self, caller: &Caller, user: i64) -> Result<Vec<TokenView>> {
        caller.require(Right::ManageMembers)?;
        let email: Option<String> = sqlx::query_scalar(
            "SELECT u.email FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.account_id = $1 AND m.user_id = $2",
        )
        .bind(caller.account.0)
        .bind(user)
        .fetch_optional(self.store.read())
        .await?;
        let email = email.ok_or_else(|| no_member(user))?;
        let mut tokens = self.tokens.list(caller).await?.tokens;
        tokens.retain(|token| token.owner == email);
        Ok(tokens)
    }

    /// Removes a member. `dispositions` says for each of the member's tokens what becomes of it; answers the new secrets of
    /// those that were transferred, returned only here. Secrets that the member made of others' tokens end, unless `dispositions` says that
    /// the token is transferred.
    ///
    /// # Errors
    /// [`Error::Forbidden`] below owner, or when no owner would be left; [`Error::NotFound`]; [`Error::Invalid`] naming a
    /// token without an answer, for example one that was made meanwhile, or one that cannot be kept because it signs in. Then
    /// nothing has changed.
    pub async fn remove(
        &self,
        confirmed: &Confirmed,
        user: i64,
        dispositions: &HashMap<i64, TokenDisposition>,
    ) -> Result<Vec<NewSecret>> {
        let caller = confirmed.caller();
        caller.require(Right::ManageMembers)?;
        if user == caller.user.0 {
            return Err(Error::Forbidden("you cannot remove yourself: let another owner do it".into()));
        }
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        in_turn_as_owner(&mut tx, caller).await?;
        let (email, role) = member(&mut tx, caller.account, user).await?.ok_or_else(|| no_member(user))?;
        let user = UserId(user);
        // By number: of two people who remove each other from two accounts, neither may wait for the other.
        if user.0 < caller.user.0 {
            tx.lock_user(user).await?;
        }
        confirmed.hold(&mut tx).await?;
        tx.lock_user(user).await?;
        let tokens = sqlx::query_as::<_, TokenOfMember>(
            "SELECT id, description, owner_id FROM tokens WHERE account_id = $1 AND (owner_id = $2 OR id IN \
             (SELECT token_id FROM token_secrets WHERE made_by = $2 AND state IN ('current', 'overlapping'))) ORDER BY id",
        )
        .bind(caller.account.0)
        .bind(user.0)
        .fetch_all(&mut *tx)
        .await?;
        let mut changes = vec![Invalidation::User(user)];
        for token in &tokens {
            changes.extend(live(&mut tx, TokenId(token.id)).await?);
        }
        let mut transferred = Vec::new();
        let mut settled = 0;
        for token in &tokens {
            let TokenOfMember { id, description, owner_id: owner, .. } = token;
            let (id, owner) = (*id, *owner);
            let disposition = match dispositions.get(&id) {
                Some(disposition) => *disposition,
                None if owner != user => continue,
                None => {
                    let why =
                        format!("Say what becomes of the token “{description}” ({id}): transfer, keep or revoke.");
                    return Err(Error::invalid(field::Account::MemberTokens, why));
                }
            };
            if owner != user {
                // It is not the leaver's to be kept or revoked; its secret ends below unless the remover makes a new one.
                if disposition != TokenDisposition::Transfer {
                    continue;
                }
                let notice = Notice::TokenRegenerated { description, by: &caller.email, taken_over: true, until: None };
                notify(&mut tx, &self.settings, now, owner, Some(caller.account), notice).await?;
            }
            settled += 1;
            if let Some(secret) = self.settle_token(&mut tx, confirmed, (id, description), role, disposition).await? {
                transferred.push((id, secret));
            }
        }
        let values = self
            .tokens
            .end_secrets_made_by(&mut tx, caller.account, (user, &email), |action, subject| {
                Event::by(caller, confirmed.client(), action, subject)
            })
            .await?;
        let ended = sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND account_id = $2")
            .bind(user.0)
            .bind(caller.account.0)
            .execute(&mut *tx)
            .await?;
        sqlx::query("DELETE FROM memberships WHERE account_id = $1 AND user_id = $2")
            .bind(caller.account.0)
            .bind(user.0)
            .execute(&mut *tx)
            .await?;
        check_owner_left(&mut tx, caller.account).await?;
        let withdrawn = withdraw_invitations_of(&mut tx, caller.account, user).await?;
        let event = Event::by(caller, confirmed.client(), "member.remove", format!("user:{user} {email}"))
            .with("tokens", settled)
            .with("valuesEnded", values.len())
            .with("invitationsWithdrawn", withdrawn)
            .with("sessionsEnded", ended.rows_affected());
        audit::append(&mut tx, now, event).await?;
        changes.extend(values);
        tx.commit(&changes).await?;
        let mut secrets = Vec::with_capacity(transferred.len());
        for (id, secret) in transferred {
            let token = self.tokens.seen(caller, id).await?;
            secrets.push(NewSecret { token: self.tokens.view(caller, token), secret: secret.as_str().to_owned() });
        }
        Ok(secrets)
    }

    /// Does to one token what was decided; answers its new secret when it has one. `role` is what its owner had.
    async fn settle_token(
        &self,
        tx: &mut Tx,
        confirmed: &Confirmed,
        (id, description): (i64, &str),
        role: Role,
        disposition: TokenDisposition,
    ) -> Result<Option<Secret>> {
        let caller = confirmed.caller();
        let now = self.world.now();
        let (action, secret) = match disposition {
            TokenDisposition::Revoke => {
                keep_of_removed(tx, TokenId(id), now.timestamp_millis()).await?;
                sqlx::query("DELETE FROM tokens WHERE id = $1").bind(id).execute(&mut **tx).await?;
                ("token.remove", None)
            }
            TokenDisposition::KeepShared => {
                // The one who removes answers for the secret from now on. It goes on opening what it opened, and no more.
                self.narrow_to(tx, (id, description), role).await?;
                sqlx::query(
                    "UPDATE tokens SET owner_id = $1, secret_by = $1, shared = 1, version = version + 1 WHERE id = $2",
                )
                .bind(caller.user.0)
                .bind(id)
                .execute(&mut **tx)
                .await?;
                sqlx::query(
                    "UPDATE token_secrets SET made_by = $1 WHERE token_id = $2 AND state IN ('current', 'overlapping')",
                )
                .bind(caller.user.0)
                .bind(id)
                .execute(&mut **tx)
                .await?;
                ("token.keep", None)
            }
            TokenDisposition::Transfer => {
                let secret = Secret::new_token(&self.world);
                replace_at_once(tx, TokenId(id), secret.hash(), now.timestamp_millis(), caller.user).await?;
                sqlx::query("UPDATE tokens SET owner_id = $1, secret_by = $1, secret_hash = $2, secret_at = $3, version = version + 1 WHERE id = $4")
                    .bind(caller.user.0)
                    .bind(secret.hash().to_vec())
                    .bind(now.timestamp_millis())
                    .bind(id)
                    .execute(&mut **tx)
                    .await?;
                ("token.transfer", Some(secret))
            }
        };
        // Whatever the disposition: a sign-in that the token gave to the former owner ends.
        sqlx::query("DELETE FROM sessions WHERE token_id = $1").bind(id).execute(&mut **tx).await?;
        let event = Event::by(caller, confirmed.client(), action, format!("token:{id} {description}"));
        audit::append(tx, now, event).await?;
        Ok(secret)
    }

    /// Takes out of a token what this role does not open.
    async fn narrow_to(&self, tx: &mut Tx, (id, description): (i64, &str), role: Role) -> Result<()> {
        let set: String =
            sqlx::query_scalar("SELECT api_set FROM tokens WHERE id = $1").bind(id).fetch_one(&mut **tx).await?;
        let set = ApiSet::by_name(&set).ok_or_else(|| Error::internal("the store holds an unknown API set"))?;
        if set == ApiSet::ExtendedAccess {
            let why = format!(
                "The token “{description}” ({id}) signs in as its owner, so it cannot be kept with a value that somebody \
                 else knows: transfer or revoke it."
            );
            return Err(Error::invalid(field::Account::MemberTokens, why));
        }
        let methods: Vec<String> = sqlx::query_scalar("SELECT method FROM token_methods WHERE token_id = $1")
            .bind(id)
            .fetch_all(&mut **tx)
            .await?;
        let opens = self.catalog.token_bits(set, methods);
        let narrowed = opens.intersection(&self.catalog.role_bits(role));
        if narrowed != opens {
            sqlx::query("UPDATE tokens SET api_set = $1 WHERE id = $2")
                .bind(ApiSet::Custom.name())
                .bind(id)
                .execute(&mut **tx)
                .await?;
            replace_methods(tx, TokenId(id), &self.catalog.names(&narrowed)).await?;
        }
        Ok(())
    }
}
