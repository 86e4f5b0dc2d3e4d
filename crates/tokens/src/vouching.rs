//! Ending what a member's secrets of others' tokens open, when the member goes or gets another role. Whose rights a secret has is
//! decided where it is looked up (`keyrack_identity`).

use super::secrets::{live, replace_at_once};
use crate::Tokens;
use keyrack_core::audit::{self, Event};
use keyrack_core::cluster::Invalidation;
use keyrack_core::error::Result;
use keyrack_core::secret::Secret;
use keyrack_core::store::Tx;
use keyrack_identity::notices::{Notice, notify};
use keyrack_types::ids::{AccountId, TokenId, UserId};

keyrack_core::store::row! {
    /// A token whose value somebody else made.
    struct VouchedToken {
        id: TokenId,
        description: String,
        owner_id: UserId,
    }
}

impl Tokens {
    /// Ends the secrets that a member made of others' tokens, within the transaction in which the member goes. `event` makes the
    /// entry of an action on a subject.
    pub async fn end_secrets_made_by(
        &self,
        tx: &mut Tx,
        account: AccountId,
        (user, email): (UserId, &str),
        event: impl Fn(&'static str, String) -> Event,
    ) -> Result<Vec<Invalidation>> {
        let now = self.world.now();
        let tokens = sqlx::query_as::<_, VouchedToken>(
            "SELECT id, description, owner_id FROM tokens WHERE account_id = $1 AND owner_id <> $2 AND id IN \
             (SELECT token_id FROM token_secrets WHERE made_by = $2 AND state IN ('current', 'overlapping')) ORDER BY id",
        )
        .bind(account.0)
        .bind(user.0)
        .fetch_all(&mut **tx)
        .await?;
        let mut ended = Vec::with_capacity(tokens.len());
        for VouchedToken { id, description, owner_id: owner } in tokens {
            ended.extend(live(tx, id).await?);
            // It is replaced by a value that is never disclosed; the owner regenerates the token.
            let secret = Secret::new_token(&self.world).hash();
            replace_at_once(tx, id, secret, now.timestamp_millis(), owner).await?;
            sqlx::query(
                "UPDATE tokens SET secret_hash = $1, secret_by = owner_id, version = version + 1 WHERE id = $2",
            )
            .bind(secret.to_vec())
            .bind(id.0)
            .execute(&mut **tx)
            .await?;
            sqlx::query("DELETE FROM sessions WHERE token_id = $1").bind(id.0).execute(&mut **tx).await?;
            audit::append(tx, now, event("token.end-value", format!("token:{id} {description}"))).await?;
            let notice = Notice::TokenValueEnded { description: &description, maker: email };
            notify(tx, &self.settings, now, owner, Some(account), notice).await?;
        }
        Ok(ended)
    }

    /// Ends the sign-ins by secrets that others than the token's owner made, where a role that is being changed decides what they
    /// may do. The secrets themselves are looked up anew.
    pub async fn end_sign_ins_for_others(
        &self,
        tx: &mut Tx,
        account: AccountId,
        user: UserId,
    ) -> Result<Vec<Invalidation>> {
        let tokens: Vec<i64> = sqlx::query_scalar(
            "SELECT DISTINCT t.id FROM tokens t JOIN token_secrets s ON s.token_id = t.id \
             WHERE t.account_id = $1 AND s.state IN ('current', 'overlapping') AND s.made_by <> t.owner_id \
             AND (s.made_by = $2 OR t.owner_id = $2)",
        )
        .bind(account.0)
        .bind(user.0)
        .fetch_all(&mut **tx)
        .await?;
        let mut ended = Vec::with_capacity(tokens.len());
        for id in tokens.into_iter().map(TokenId) {
            sqlx::query("DELETE FROM sessions WHERE token_id = $1").bind(id.0).execute(&mut **tx).await?;
            ended.extend(live(tx, id).await?);
        }
        Ok(ended)
    }
}
