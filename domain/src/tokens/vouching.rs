//! Whose rights a secret has.
//!
//! A token acts as its owner. Whoever made its secret knows it, and may have kept it; and a shared token can pass to an owner who
//! did not make it, by being widened. So a secret opens nothing unless whoever made it may do what its owner may: then it gives
//! nobody more than that member has anyway. Who is no member any more may do nothing.

use crate::audit::{self, Event};
use crate::cluster::Invalidation;
use crate::error::Result;
use crate::ids::{AccountId, TokenId, UserId};
use crate::notices::{Notice, notify};
use crate::secret::{Secret, SecretHash};
use crate::store::Tx;
use crate::tokens::Tokens;
use crate::types::accounts::Role;
use crate::types::methods::ApiSet;

/// Who made a secret.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Maker {
    pub user: UserId,
    /// None for somebody who is no member of the account.
    pub role: Option<Role>,
}

impl Maker {
    /// Whether a secret that this member made may act as the owner of its token. Extended Access signs in as the owner, where
    /// private things are: that takes more than the same role.
    pub fn may_act_as(self, owner: UserId, role: Role, set: ApiSet) -> bool {
        if self.user == owner {
            return true;
        }
        match self.role {
            None => false,
            Some(own) if set == ApiSet::ExtendedAccess => own > role,
            Some(own) => own >= role,
        }
    }
}

crate::store::row! {
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
    pub(crate) async fn end_secrets_made_by(
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
    pub(crate) async fn end_sign_ins_for_others(
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_gives_nobody_more_than_who_made_it_has() {
        use ApiSet::{Custom, ExtendedAccess};
        use Role::{Manager, Owner};
        let owner = UserId(1);
        for (maker, role, set, may) in [
            (1, None, ExtendedAccess, true),
            (2, None, Custom, false),
            (2, Some(Manager), Custom, false),
            (2, Some(Manager), ExtendedAccess, false),
            (2, Some(Owner), Custom, true),
            (2, Some(Owner), ExtendedAccess, false),
        ] {
            let maker = Maker { user: UserId(maker), role };
            assert_eq!(maker.may_act_as(owner, Owner, set), may, "{maker:?} {set:?}");
        }
        assert!(Maker { user: UserId(2), role: Some(Owner) }.may_act_as(owner, Manager, ExtendedAccess));
    }
}
