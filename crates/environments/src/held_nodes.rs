//! Nodes held in a transaction, and what of them is stored anew.

use super::model::{Environment, Node};
use super::rows;
use keyrack_core::error::{Error, Result};
use keyrack_core::store::Tx;

/// Keeps everybody else from changing an environment's nodes until the transaction ends, and reads it as it is then.
pub(super) async fn hold(tx: &mut Tx, environment: Environment) -> Result<Environment> {
    tx.lock_nodes(environment.id).await?;
    rows::again(&mut *tx, &environment).await
}

/// Stores what can be changed of a node.
pub(super) async fn keep(tx: &mut Tx, node: &Node) -> Result<()> {
    let facts = serde_json::to_string(&node.facts).map_err(Error::internal)?;
    sqlx::query(
        "UPDATE nodes SET image = $2, tag = $3, fixed_cloudlets = $4, flexible_cloudlets = $5, spec = $6 WHERE id = $1",
    )
    .bind(node.id.0)
    .bind(&node.image.name)
    .bind(&node.image.tag)
    .bind(i64::from(node.fixed_cloudlets))
    .bind(i64::from(node.flexible_cloudlets))
    .bind(facts)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
