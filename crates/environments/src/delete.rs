//! Deleting.

use std::time::Duration;

use super::actions::{self, About, NewAction};
use super::manager::OperationGuard;
use super::model::Environment;
use super::rows;
use crate::service::Environments;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::error::{Error, Result};
use keyrack_types::ids::ActionId;

const DELETE: &str = "environment.delete";

impl Environments {
    /// Deletes an environment in any state, whatever it is doing: its processes, its files, its logs. It is gone at the
    /// answer, and goes also when nobody waits for it.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`]; [`Error::Engine`] when something of it could not be removed: the server then tries again
    /// at its next start.
    pub async fn delete(&self, caller: &Caller, client: &Client, name: &str) -> Result<()> {
        caller.require(Right::Operate)?;
        let guard = self.manager()?.enter()?;
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        let environment = rows::find(&mut tx, caller, name).await?;
        self.ensure_local(&environment.name, environment.placement.as_ref())?;
        self.manager()?.ensure_reachable(&environment)?;
        let marked = sqlx::query("UPDATE environments SET wanted = 'deleted' WHERE id = $1 AND wanted <> 'deleted'")
            .bind(environment.id.0)
            .execute(&mut *tx)
            .await?;
        if marked.rows_affected() == 0 {
            return Err(Error::NoEnvironment(environment.name));
        }
        let event = Event::by(caller, client, DELETE, format!("environment:{}", environment.name));
        audit::append(&mut tx, now, event).await?;
        let action = NewAction {
            account: environment.account,
            user: Some(caller.user),
            kind: DELETE,
            about: Some(About::of(&environment)),
            source: None,
            title: format!("Deleting {}", environment.name),
            server: self.server_id(),
        };
        let action = actions::begin(&mut tx, now, action).await?;
        tx.commit(&[]).await?;
        let keyrack = self.clone();
        let deletion = async move { keyrack.finish_deletion(environment, Some(action), guard).await };
        tokio::spawn(deletion).await.map_err(Error::internal)?
    }

    /// Removes what is marked as deleted.
    pub(super) async fn finish_deletion(
        &self,
        environment: Environment,
        action: Option<ActionId>,
        guard: OperationGuard,
    ) -> Result<()> {
        let manager = self.manager()?;
        let slot = manager.slot(&environment);
        slot.mark_deleting();
        let _op_lock = slot.op_lock.lock().await;
        let _in_use = slot.in_use.write().await;
        slot.stop_nodes(Duration::ZERO).await;
        for node in environment.nodes() {
            if let Err(error) = manager.engine.remove(node.id).await {
                let error = format!("node {} could not be removed: {error}", node.id);
                tracing::error!(environment = environment.name, %error, "an environment could not be deleted");
                if let Some(action) = action {
                    self.retry(|| self.end_action(action, Some(error.clone()))).await?;
                }
                return Err(Error::Engine(error));
            }
        }
        self.retry(|| self.forget(&environment, action)).await?;
        manager.forget(environment.id);
        drop(guard);
        Ok(())
    }

    async fn forget(&self, environment: &Environment, action: Option<ActionId>) -> Result<()> {
        let mut tx = self.store.begin().await?;
        sqlx::query("DELETE FROM environments WHERE id = $1").bind(environment.id.0).execute(&mut *tx).await?;
        if let Some(action) = action {
            actions::end(&mut tx, self.world.now(), action, None).await?;
        }
        tx.commit(&[]).await
    }
}
