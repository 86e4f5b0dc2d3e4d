//! Ports that nodes keep for as long as they exist.

use std::collections::HashSet;

use sqlx::AnyConnection;

use super::inside::engine_error;
use keyrack_core::error::Result;
use keyrack_core::field;
use keyrack_engine::Engine;

/// Chooses ports that no node of any server has and that nobody uses where this engine's nodes answer.
///
/// # Errors
/// [`crate::Error::Limit`] when there are not enough.
pub async fn choose(connection: &mut AnyConnection, engine: &dyn Engine, count: usize) -> Result<Vec<u16>> {
    let kept: Vec<i64> = sqlx::query_scalar("SELECT port FROM nodes").fetch_all(connection).await?;
    let kept: HashSet<u16> = kept.into_iter().filter_map(|port| u16::try_from(port).ok()).collect();
    engine.free_ports(kept, count).await.map_err(engine_error(field::Environment::Node))
}
