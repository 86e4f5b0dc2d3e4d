//! Ending what a member's secrets of others' tokens open, when the member goes or gets another role. Whose rights a secret has is
//! decided where it is looked up (`keyrack_identity`).

use sqlx::Row;

use crate::Tokens;
use keyrack_core::audit::{self, Event};
use keyrack_core::cluster::Invalidation;
use keyrack_core::error::Result;
use keyrack_core::secret::{Secret, SecretHash};
use keyrack_core::store::Tx;
use keyrack_identity::notices::{Notice, notify};
use keyrack_types::ids::{AccountId, TokenId, UserId};

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
        let rows = sqlx::query(
            "SELECT id, description, secret_hash, owner_id FROM tokens \
             WHERE account_id = $1 AND secret_by = $2 AND owner_id <> $2 ORDER BY id",
        )
        .bind(account.0)
        .bind(user.0)
        .fetch_all(&mut **tx)
        .await?;
        let mut ended = Vec::with_capacity(rows.len());
        for row in rows {
            let (id, description): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
            let owner = UserId(row.try_get(3)?);
            // It is replaced by a value that is never disclosed; the owner regenerates the token.
            sqlx::query(
                "UPDATE tokens SET secret_hash = $1, secret_by = owner_id, version = version + 1 WHERE id = $2",
            )
            .bind(Secret::new_token(&self.world).hash().to_vec())
            .bind(id)
            .execute(&mut **tx)
            .await?;
            sqlx::query("DELETE FROM sessions WHERE token_id = $1").bind(id).execute(&mut **tx).await?;
            audit::append(tx, now, event("token.end-value", format!("token:{id} {description}"))).await?;
            let notice = Notice::TokenValueEnded { description: &description, maker: email };
            notify(tx, &self.settings, now, owner, Some(account), notice).await?;
            if let Some(hash) = SecretHash::from_stored(&row.try_get::<Vec<u8>, _>(2)?) {
                ended.push(Invalidation::Token(hash, TokenId(id)));
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
        let rows = sqlx::query(
            "SELECT id, secret_hash FROM tokens \
             WHERE account_id = $1 AND secret_by <> owner_id AND (secret_by = $2 OR owner_id = $2)",
        )
        .bind(account.0)
        .bind(user.0)
        .fetch_all(&mut **tx)
        .await?;
        let mut ended = Vec::with_capacity(rows.len());
        for row in rows {
            let id: i64 = row.try_get(0)?;
            sqlx::query("DELETE FROM sessions WHERE token_id = $1").bind(id).execute(&mut **tx).await?;
            if let Some(hash) = SecretHash::from_stored(&row.try_get::<Vec<u8>, _>(1)?) {
                ended.push(Invalidation::Token(hash, TokenId(id)));
            }
        }
        Ok(ended)
    }
}
