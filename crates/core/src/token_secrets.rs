//! What has to be looked up anew when a token changes, and the environments that join its reach.

use crate::caller::Caller;
use crate::error::Result;
use crate::secret::SecretHash;
use crate::store::{Invalidation, Tx};
use keyrack_types::ids::{EnvironmentId, TokenId};

/// The secrets of a token that open something.
///
/// # Errors
/// When the database cannot be reached.
pub async fn live(tx: &mut Tx, token: TokenId) -> Result<Vec<Invalidation>> {
    let hashes: Vec<Vec<u8>> = sqlx::query_scalar(
        "SELECT hash FROM token_secrets WHERE token_id = $1 AND state IN ('current', 'overlapping')",
    )
    .bind(token.0)
    .fetch_all(&mut **tx)
    .await?;
    let hashes = hashes.iter().filter_map(|hash| SecretHash::from_stored(hash));
    Ok(hashes.map(|hash| Invalidation::Token(hash, token)).collect())
}

/// Lets an environment that a token made join its reach, where it has one and may create environments. Returns what the commit of
/// the transaction has to invalidate.
///
/// # Errors
/// When the database cannot be reached.
pub async fn join_reach(tx: &mut Tx, caller: &Caller, environment: EnvironmentId) -> Result<Vec<Invalidation>> {
    let (Some(reach), Some(token)) = (caller.reach(), caller.by_token()) else { return Ok(Vec::new()) };
    if !reach.may_create {
        return Ok(Vec::new());
    }
    // Nothing where the token opens all environments by now, or was removed.
    sqlx::query(
        "INSERT INTO token_environments (token_id, environment_id) \
         SELECT id, $2 FROM tokens WHERE id = $1 AND reach = 'chosen' AND may_create = 1",
    )
    .bind(token.0)
    .bind(environment.0)
    .execute(&mut **tx)
    .await?;
    live(tx, token).await
}
