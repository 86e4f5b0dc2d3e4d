//! Every operation: check and record the change in one transaction, then carry it out in a task of its own, so that a client
//! that disconnects stops nothing, then record how it ended.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::task::JoinHandle;

use super::actions::{self, About, NewAction};
use super::manager::{Manager, OperationGuard, Slot};
use super::model::{Environment, Failure};
use super::rows::{self, DesiredState};
use crate::service::Environments;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::error::{Error, Result};
use keyrack_core::store::Tx;
use keyrack_types::environments::EnvStatus;
use keyrack_types::ids::ActionId;

/// A change that is under way. Dropping this stops nothing.
#[derive(Debug)]
pub struct Operation {
    /// Its line in the tasks panel.
    pub action: ActionId,
    /// The environment, in the changing status that it has now.
    pub environment: Environment,
    task: JoinHandle<Result<()>>,
}

impl Operation {
    /// Waits for the end.
    ///
    /// # Errors
    /// [`Error::Engine`] saying why the environment is not what it was to become.
    pub async fn finished(self) -> Result<()> {
        self.task.await.map_err(Error::internal)?
    }
}

/// A kind of change.
pub(super) struct Change {
    /// As audit and tasks name it.
    pub kind: &'static str,
    /// Begins the title: `Stopping`.
    pub doing: &'static str,
    pub from: &'static [EnvStatus],
    pub via: EnvStatus,
    pub desired_state: Option<DesiredState>,
}

/// How the work of an operation ended.
pub(super) enum Outcome {
    /// The environment is in this status.
    Reached(EnvStatus),
    /// It is Broken.
    Broken(Arc<Failure>),
    /// It was not done: the environment is in this status, as before.
    Unchanged(EnvStatus, Error),
    /// The environment is being deleted: the deletion records the end.
    Overtaken,
    /// The server is closing: what is left to do is done after its next start.
    CutOff,
}

/// The context of an operation's work.
pub(super) struct Work {
    pub keyrack: Environments,
    pub manager: Arc<Manager>,
    pub slot: Arc<Slot>,
    pub environment: Environment,
    /// Its line in the tasks panel.
    pub action: ActionId,
}

/// A change that is recorded and about to be carried out.
pub(super) struct StartedOperation {
    pub action: ActionId,
    /// The status that the environment had before.
    pub from: EnvStatus,
    pub via: EnvStatus,
    pub environment: Environment,
    pub guard: OperationGuard,
}

impl Environments {
    /// Checks the caller's right and the environment's state, and records the change.
    pub(super) async fn begin(
        &self,
        caller: &Caller,
        client: &Client,
        name: &str,
        change: &Change,
    ) -> Result<StartedOperation> {
        self.begin_with(caller, client, name, change, &[]).await
    }

    /// As [`Environments::begin`], with more facts for the audit log.
    pub(super) async fn begin_with(
        &self,
        caller: &Caller,
        client: &Client,
        name: &str,
        change: &Change,
        details: &[(&str, serde_json::Value)],
    ) -> Result<StartedOperation> {
        caller.require(Right::Operate)?;
        let guard = self.manager()?.enter()?;
        let mut tx = self.store.begin().await?;
        let mut environment = rows::find(&mut tx, caller, name).await?;
        self.ensure_local(&environment.name, environment.placement.as_ref())?;
        self.manager()?.ensure_reachable(&environment)?;
        if !change.from.contains(&environment.status) {
            return Err(wrong_state(&environment, change));
        }
        if !self.move_on(&mut tx, &environment, change).await? {
            // Another server was quicker.
            drop(tx);
            let mut connection = self.store.read().acquire().await?;
            return Err(wrong_state(&rows::find(&mut connection, caller, name).await?, change));
        }
        let mut event = Event::by(caller, client, change.kind, format!("environment:{}", environment.name));
        for (name, value) in details {
            event = event.with(name, value.clone());
        }
        audit::append(&mut tx, self.world.now(), event).await?;
        let new = NewAction {
            account: environment.account,
            user: Some(caller.user),
            kind: change.kind,
            about: Some(About::of(&environment)),
            source: None,
            title: format!("{} {}", change.doing, environment.name),
            server: self.server_id(),
        };
        let action = actions::begin(&mut tx, self.world.now(), new).await?;
        tx.commit(&[]).await?;
        let from = std::mem::replace(&mut environment.status, change.via);
        environment.failure = None;
        Ok(StartedOperation { action, from, via: change.via, environment, guard })
    }

    /// Takes the environment from the status that was seen to the changing one; false when it has another one by now.
    async fn move_on(&self, tx: &mut Tx, environment: &Environment, change: &Change) -> Result<bool> {
        let moved = sqlx::query(
            "UPDATE environments SET status = $3, failure = '', wanted = COALESCE($4, wanted) \
             WHERE id = $1 AND status = $2 AND wanted <> 'deleted'",
        )
        .bind(environment.id.0)
        .bind(environment.status.code())
        .bind(change.via.code())
        .bind(change.desired_state.map(DesiredState::word))
        .execute(&mut **tx)
        .await?;
        Ok(moved.rows_affected() == 1)
    }

    /// Carries out the recorded change, in a task of its own.
    pub(super) fn spawn(
        &self,
        started: StartedOperation,
        work: impl FnOnce(Work) -> BoxFuture<'static, Outcome> + Send + 'static,
    ) -> Result<Operation> {
        let keyrack = self.clone();
        let manager = self.manager()?.clone();
        let StartedOperation { action, via, environment, guard, .. } = started;
        let shown = environment.clone();
        let task = tokio::spawn(async move {
            let slot = manager.slot(&environment);
            let _op_lock = slot.op_lock.lock().await;
            let outcome = if slot.is_deleting() {
                Outcome::Overtaken
            } else {
                let (keyrack, slot) = (keyrack.clone(), slot.clone());
                work(Work { keyrack, manager, slot, environment: environment.clone(), action }).await
            };
            let done = keyrack.note_outcome(action, via, &environment, outcome).await;
            drop(guard);
            done
        });
        Ok(Operation { action, environment: shown, task })
    }

    /// Records how an operation ended; retries while the database is out of reach for a moment.
    async fn note_outcome(&self, action: ActionId, via: EnvStatus, env: &Environment, outcome: Outcome) -> Result<()> {
        let (status, failure) = match outcome {
            Outcome::CutOff => return Err(Error::Unavailable),
            Outcome::Overtaken => {
                self.retry(|| self.end_action(action, Some("the environment was deleted meanwhile".to_owned())))
                    .await?;
                return Err(Error::NoEnvironment(env.name.clone()));
            }
            Outcome::Reached(status) => (status, None),
            Outcome::Broken(failure) => (EnvStatus::Broken, Some(failure)),
            Outcome::Unchanged(status, error) => {
                self.retry(|| self.finish(None, via, status, env, None)).await?;
                self.retry(|| self.end_action(action, Some(error.to_string()))).await?;
                return Err(error);
            }
        };
        self.retry(|| self.finish(Some(action), via, status, env, failure.as_deref())).await?;
        match failure {
            None => Ok(()),
            Some(failure) => Err(Arc::unwrap_or_clone(failure).into_error(&env.name)),
        }
    }

    /// Writes the final status of an operation. False when the environment had left `from` meanwhile.
    pub(super) async fn finish(
        &self,
        action: Option<ActionId>,
        from: EnvStatus,
        status: EnvStatus,
        environment: &Environment,
        failure: Option<&Failure>,
    ) -> Result<bool> {
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        let text = failure.map(serde_json::to_string).transpose().map_err(Error::internal)?.unwrap_or_default();
        let settled = sqlx::query(
            "UPDATE environments SET status = $3, failure = $4 WHERE id = $1 AND status = $2 AND wanted <> 'deleted'",
        )
        .bind(environment.id.0)
        .bind(from.code())
        .bind(status.code())
        .bind(text)
        .execute(&mut *tx)
        .await?
        .rows_affected()
            == 1;
        if let Some(failure) = failure.filter(|_| settled) {
            let event = Event::by_server(
                Some(environment.account),
                "environment.break",
                format!("environment:{}", environment.name),
            )
            .with("node", failure.node.0)
            .with("reason", failure.reason.clone());
            audit::append(&mut tx, now, event).await?;
        }
        if let Some(action) = action {
            actions::end(&mut tx, now, action, failure.map(ToString::to_string)).await?;
        }
        tx.commit(&[]).await?;
        Ok(settled)
    }

    pub(super) async fn end_action(&self, action: ActionId, error: Option<String>) -> Result<()> {
        let mut tx = self.store.begin().await?;
        actions::end(&mut tx, self.world.now(), action, error).await?;
        tx.commit(&[]).await
    }

    /// Tries again while the database is out of reach, for a minute or so.
    pub(super) async fn retry<T, F: Future<Output = Result<T>>>(&self, mut work: impl FnMut() -> F) -> Result<T> {
        let mut pause = Duration::from_millis(100);
        loop {
            match work().await {
                Err(Error::Unavailable) if pause < Duration::from_secs(60) => {
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                done => return done,
            }
        }
    }
}

pub(super) fn wrong_state(environment: &Environment, change: &Change) -> Error {
    Error::WrongState { name: environment.name.clone(), current: environment.status, needed: change.from }
}
