//! What is kept of deployments in the database.

use super::Deployment;
use crate::inside::Inside;
use crate::model::Layer;
use crate::service::Environments;
use keyrack_core::error::{Error, Result};

impl Environments {
    pub(super) async fn keep_deployment(
        &self,
        inside: &Inside<'_>,
        layer: &Layer,
        deployment: &Deployment,
    ) -> Result<()> {
        let hooks = serde_json::to_string(&deployment.hooks).map_err(Error::internal)?;
        let mut tx = self.store.begin().await?;
        sqlx::query(
            "INSERT INTO deployments (environment_id, node_group, context, archive, size, hooks, user_id, deployed_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (environment_id, node_group, context) DO UPDATE SET \
             archive = excluded.archive, size = excluded.size, hooks = excluded.hooks, user_id = excluded.user_id, \
             deployed_at = excluded.deployed_at",
        )
        .bind(inside.environment.id.0)
        .bind(&layer.name)
        .bind(&deployment.context)
        .bind(&deployment.archive)
        .bind(i64::try_from(deployment.size).map_err(Error::internal)?)
        .bind(hooks)
        .bind(deployment.user.0)
        .bind(deployment.deployed.timestamp_millis())
        .execute(&mut *tx)
        .await?;
        tx.commit(&[]).await
    }

    pub(super) async fn forget_deployment(&self, inside: &Inside<'_>, layer: &Layer, context: &str) -> Result<()> {
        let mut tx = self.store.begin().await?;
        sqlx::query("DELETE FROM deployments WHERE environment_id = $1 AND node_group = $2 AND context = $3")
            .bind(inside.environment.id.0)
            .bind(&layer.name)
            .bind(context)
            .execute(&mut *tx)
            .await?;
        tx.commit(&[]).await
    }

    /// It is known by another context from now on.
    pub(super) async fn move_deployment(&self, inside: &Inside<'_>, layer: &Layer, from: &str, to: &str) -> Result<()> {
        let mut tx = self.store.begin().await?;
        sqlx::query(
            "UPDATE deployments SET context = $4 WHERE environment_id = $1 AND node_group = $2 AND context = $3",
        )
        .bind(inside.environment.id.0)
        .bind(&layer.name)
        .bind(from)
        .bind(to)
        .execute(&mut *tx)
        .await?;
        tx.commit(&[]).await
    }
}
