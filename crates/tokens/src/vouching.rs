//! Ending what a member's secrets of others' tokens open, when the member goes or gets another role. Whose rights a secret has is
//! decided where it is looked up (`keyrack_identity`).

use crate::Tokens;
use keyrack_core::audit::{self, Event};
use keyrack_core::cluster::Invalidation;
use keyrack_core::error::Result;
use keyrack_core::secret::{Secret, SecretHash};
use keyrack_core::store::Tx;
use keyrack_identity::notices::{Notice, notify};
use keyrack_types::ids::{AccountId, TokenId, UserId};

keyrack_core::store::row! {
    /// A token whose value somebody else made.
    struct VouchedToken {
        id: TokenId,
        description: String,
        secret_hash: Vec<u8>,
        owner_id: UserId,
    }

    struct SigningToken {
        id: TokenId,
        secret_hash: Vec<u8>,
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
            "SELECT id, description, secret_hash, owner_id FROM tokens \
             WHERE account_id = $1 AND secret_by = $2 AND owner_id <> $2 ORDER BY id",
        )
        .bind(account.0)
        .bind(user.0)
        .fetch_all(&mut **tx)
        .await?;
        let mut ended = Vec::with_capacity(tokens.len());
        for VouchedToken { id, description, secret_hash, owner_id: owner } in tokens {
            // It is replaced by a value that is never disclosed; the owner regenerates the token.
            sqlx::query(
                "UPDATE tokens SET secret_hash = $1, secret_by = owner_id, version = version + 1 WHERE id = $2",
            )
            .bind(Secret::new_token(&self.world).hash().to_vec())
            .bind(id.0)
            .execute(&mut **tx)
            .await?;
            sqlx::query("DELETE FROM sessions WHERE token_id = $1").bind(id.0).execute(&mut **tx).await?;
            audit::append(tx, now, event("token.end-value", format!("token:{id} {description}"))).await?;
            let notice = Notice::TokenValueEnded { description: &description, maker: email };
            notify(tx, &self.settings, now, owner, Some(account), notice).await?;
            if let Some(hash) = SecretHash::from_stored(&secret_hash) {
                ended.push(Invalidation::Token(hash, id));
            }
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
        let tokens = sqlx::query_as::<_, SigningToken>(
            "SELECT id, secret_hash FROM tokens \
             WHERE account_id = $1 AND secret_by <> owner_id AND (secret_by = $2 OR owner_id = $2)",
        )
        .bind(account.0)
        .bind(user.0)
        .fetch_all(&mut **tx)
        .await?;
        let mut ended = Vec::with_capacity(tokens.len());
        for SigningToken { id, secret_hash } in tokens {
            sqlx::query("DELETE FROM sessions WHERE token_id = $1").bind(id.0).execute(&mut **tx).await?;
            if let Some(hash) = SecretHash::from_stored(&secret_hash) {
                ended.push(Invalidation::Token(hash, id));
            }
        }
        Ok(ended)
    }
}
