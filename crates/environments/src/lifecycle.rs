//! Start and shutdown of the server: recovers the environments, and stops their nodes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use tokio::sync::{mpsc, watch};

use super::actions::{self, About, NewAction};
use super::changes::{START, launch};
use super::manager::{Manager, OperationGuard, Slot};
use super::model::{Environment, Failure};
use super::node_controller::NodeState;
use super::operation::StartedOperation;
use super::rows::{self, DesiredState};
use crate::service::Environments;
use keyrack_core::audit::{self, Event};
use keyrack_core::error::{Error, Result};
use keyrack_engine::{Engine, ImageRef};
use keyrack_types::environments::EnvStatus;
use keyrack_types::ids::{AccountId, EnvironmentId, NodeId, UserId};
use keyrack_types::topology::{EnvironmentSpec, NodesSpec};

/// What nodes get to end by themselves when the server closes, and how long closing may take altogether.
const CLOSING_GRACE: Duration = Duration::from_secs(4);
const CLOSING: Duration = Duration::from_secs(6);

/// The environment of the demo start.
pub const DEMO: &str = "my-project";

keyrack_core::store::row! {
    struct OwnEnvironment {
        id: EnvironmentId,
        desired_state: String,
    }

    struct OwnNode {
        id: NodeId,
        desired_state: String,
    }
}

impl Environments {
    /// Recovers the environments: those that should run are started again, interrupted operations are finished. The starts
    /// continue after this returns. To be called once; no environment can be changed before.
    ///
    /// # Errors
    /// From the database; [`Error::Internal`] the second time.
    pub async fn start_all(&self, engine: Arc<dyn Engine>) -> Result<()> {
        let (manager, failures) = Manager::new(engine);
        let manager = Arc::new(manager);
        self.running.set(manager.clone()).map_err(|_| Error::internal("environments were started before"))?;
        self.join_cluster().await?;
        let mut tx = self.store.begin().await?;
        actions::tidy(&mut tx, self.world.now(), self.server_id()).await?;
        tx.commit(&[]).await?;
        let mut again = Vec::new();
        for (id, desired_state) in self.own_environments().await? {
            if let Some(started) = self.recover(&manager, id, desired_state).await? {
                again.push((started, desired_state));
            }
        }
        tokio::spawn(self.clone().watch_failures(manager.clone(), failures));
        let keyrack = self.clone();
        let sampled = manager.clone();
        tokio::spawn(async move { sampled.sample().await });
        let nodes = self.nodes_and_whether_wanted().await?;
        tokio::spawn(async move {
            manager.engine.reconcile(&nodes).await;
            for (started, desired_state) in again {
                keyrack.resume(started, desired_state);
            }
        });
        Ok(())
    }

    /// Stops all nodes at once, with a grace time of four seconds at most: a server that has to end has ten. What
    /// should run is started again next time. A node that is left nevertheless ends with the server's process.
    pub async fn stop_all(&self) {
        let Ok(manager) = self.manager() else { return };
        let grace = self.settings.stop_grace.min(CLOSING_GRACE);
        let closed = tokio::time::timeout(CLOSING, async {
            manager.close().await;
            let slots = manager.slots();
            futures::future::join_all(slots.iter().map(|(_, slot)| slot.stop_nodes(grace))).await;
        });
        if closed.await.is_err() {
            tracing::warn!("some nodes did not end in time");
        }
        let _ = self.leave_cluster().await;
    }

    /// Creates the environment of the demo start for this account and user, unless it is there. It starts after the answer.
    ///
    /// # Errors
    /// As [`Environments::create`].
    pub async fn create_demo(&self, account: AccountId, user: UserId) -> Result<()> {
        let image = ImageRef::parse("keyrack/web:latest").map_err(Error::internal)?;
        let spec = EnvironmentSpec {
            name: Some(DEMO.to_owned()),
            nodes: vec![NodesSpec::of(image, "cp")],
            ..EnvironmentSpec::default()
        };
        match self.create_for(account, user, spec).await {
            Ok(_) | Err(Error::Exists(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// All nodes of this server, and whether they are wanted to run.
    async fn nodes_and_whether_wanted(&self) -> Result<BTreeMap<NodeId, bool>> {
        let rows = sqlx::query_as::<_, OwnNode>(
            "SELECT n.id, e.wanted AS desired_state FROM nodes n JOIN environments e ON e.id = n.environment_id \
             WHERE e.server = $1",
        )
        .bind(self.server_id().map(|id| id.as_str().to_owned()))
        .fetch_all(self.store.read())
        .await?;
        rows.into_iter()
            .map(|row| Ok((row.id, DesiredState::by_word(&row.desired_state)? == DesiredState::Running)))
            .collect()
    }

    async fn own_environments(&self) -> Result<Vec<(EnvironmentId, DesiredState)>> {
        let rows = sqlx::query_as::<_, OwnEnvironment>(
            "SELECT id, wanted AS desired_state FROM environments WHERE server = $1 ORDER BY id",
        )
        .bind(self.server_id().map(|id| id.as_str().to_owned()))
        .fetch_all(self.store.read())
        .await?;
        rows.into_iter().map(|row| Ok((row.id, DesiredState::by_word(&row.desired_state)?))).collect()
    }

    /// Recovers one environment from the state in which the last run of the server left it; returns what is still to be done.
    async fn recover(
        &self,
        manager: &Manager,
        id: EnvironmentId,
        desired_state: DesiredState,
    ) -> Result<Option<Recovery>> {
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        let Some(mut environment) = rows::for_server(&mut tx, id).await? else { return Ok(None) };
        let guard = manager.enter()?;
        let status = match desired_state {
            DesiredState::Deleted => return Ok(Some(Recovery::Deletion(environment, guard))),
            // A copy that was cut short has to be finished, whether it is to run or not.
            DesiredState::Stopped if environment.nodes().any(|node| node.facts.copy_of.is_some()) => EnvStatus::Cloning,
            DesiredState::Stopped => EnvStatus::Stopped,
            DesiredState::Sleeping => EnvStatus::Sleeping,
            DesiredState::Running => EnvStatus::Launching,
        };
        sqlx::query("UPDATE environments SET status = $2, failure = '' WHERE id = $1")
            .bind(id.0)
            .bind(status.code())
            .execute(&mut *tx)
            .await?;
        environment.status = status;
        if !status.is_changing() {
            tx.commit(&[]).await?;
            return Ok(None);
        }
        let subject = format!("environment:{}", environment.name);
        audit::append(&mut tx, now, Event::by_server(Some(environment.account), START.kind, subject)).await?;
        let action = NewAction {
            account: environment.account,
            user: None,
            kind: START.kind,
            about: Some(About::of(&environment)),
            source: None,
            title: format!("{} {}", START.doing, environment.name),
            server: self.server_id(),
        };
        let action = actions::begin(&mut tx, now, action).await?;
        tx.commit(&[]).await?;
        Ok(Some(Recovery::Start(StartedOperation { action, from: status, via: status, environment, guard })))
    }

    fn resume(&self, recovery: Recovery, desired_state: DesiredState) {
        match recovery {
            Recovery::Deletion(environment, guard) => {
                let keyrack = self.clone();
                tokio::spawn(async move { keyrack.finish_deletion(environment, None, guard).await });
            }
            Recovery::Start(started) if desired_state == DesiredState::Running => {
                let _ = self.spawn(started, |work| launch(work).boxed());
            }
            Recovery::Start(started) => {
                let _ = self.spawn(started, |work| super::create::finish_copy(work).boxed());
            }
        }
    }

    /// Makes environments Broken whose node controllers gave up.
    async fn watch_failures(self, manager: Arc<Manager>, mut failures: mpsc::UnboundedReceiver<Arc<Failure>>) {
        loop {
            let failure = tokio::select! {
                Some(failure) = failures.recv() => failure,
                () = manager.closing() => return,
            };
            let (Some((id, slot)), Ok(guard)) = (manager.slot_of_node(failure.node), manager.enter()) else { continue };
            let keyrack = self.clone();
            tokio::spawn(async move {
                let _ = keyrack.broke_down(&slot, id, &failure).await;
                drop(guard);
            });
        }
    }

    /// A node of a running environment gave up. (While one is being started, the start sees it by itself.)
    async fn broke_down(&self, slot: &Slot, id: EnvironmentId, failure: &Failure) -> Result<()> {
        let _op_lock = slot.op_lock.lock().await;
        // An operation that waited for the node may have done something about it meanwhile.
        let failed = |(node, state): (NodeId, watch::Receiver<NodeState>)| {
            node == failure.node && matches!(*state.borrow(), NodeState::Failed(_))
        };
        if !slot.watches().into_iter().any(failed) {
            return Ok(());
        }
        let mut connection = self.store.read().acquire().await?;
        let Some(environment) = rows::for_server(&mut connection, id).await? else { return Ok(()) };
        drop(connection);
        let broken = || self.finish(None, EnvStatus::Running, EnvStatus::Broken, &environment, Some(failure));
        if self.retry(broken).await? {
            slot.stop_nodes(self.settings.stop_grace).await;
        }
        Ok(())
    }
}

/// What is left to be done for an environment after the server's start.
enum Recovery {
    Start(StartedOperation),
    Deletion(Environment, OperationGuard),
}
