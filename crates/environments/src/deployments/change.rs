//! A change of what is deployed: holding its layer, noting it, and exchanging the content on all nodes.

use tokio::sync::MutexGuard;

use crate::NodeChoice;
use crate::actions::{self, About, NewAction};
use crate::inside::{Inside, event};
use crate::manager::Slot;
use crate::model::Layer;
use crate::service::Environments;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::error::{Error, Result};
use keyrack_engine::{Content, EngineError, FileWork, NodePath};
use keyrack_types::environments::EnvStatus;

/// Nothing else changes an environment in these.
pub(super) const ALLOWED: &[EnvStatus] =
    &[EnvStatus::Running, EnvStatus::Stopped, EnvStatus::Sleeping, EnvStatus::Broken];

/// A change of what is deployed, noted and under way.
pub(super) struct Deploying<'a> {
    pub inside: Inside<'a>,
    pub layer: Layer,
    pub event: Event,
}

impl Environments {
    /// Waits for its turn, which may take long; who has lost the right to it meanwhile does not get it.
    pub(super) async fn turn_to_deploy<'a>(&self, caller: &Caller, slot: &'a Slot) -> Result<MutexGuard<'a, ()>> {
        let auth_snapshot = self.accounts.auth_snapshot(caller).await?;
        let turn = slot.deploying.lock().await;
        self.accounts.recheck(caller, &auth_snapshot, Right::Operate).await?;
        Ok(turn)
    }

    /// Holds the environment and its layer; the caller of this holds [`Slot::deploying`].
    pub(super) async fn deploying<'a>(
        &self,
        caller: &Caller,
        client: &Client,
        slot: &'a Slot,
        kind: &'static str,
        (environment, group): (&str, Option<&str>),
        needed: &'static [EnvStatus],
    ) -> Result<Deploying<'a>> {
        let mut inside = self.inside(caller, slot, environment, &NodeChoice::All).await?;
        if !needed.contains(&inside.environment.status) {
            let (name, current) = (inside.environment.name.clone(), inside.environment.status);
            return Err(Error::WrongState { name, current, needed });
        }
        let layer = inside.environment.layer_for_deployments(group)?.clone();
        inside.nodes.retain(|node| node.group == layer.name);
        let event = event(caller, client, kind, &inside).with("layer", layer.name.clone());
        Ok(Deploying { inside, layer, event })
    }

    /// As [`Environments::noted`], with a line in the tasks panel.
    pub(super) async fn noted_as_action<T>(
        &self,
        caller: &Caller,
        inside: &Inside<'_>,
        event: Event,
        title: String,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let mut tx = self.store.begin().await?;
        audit::append(&mut tx, self.world.now(), event.clone()).await?;
        let new = NewAction {
            account: inside.environment.account,
            user: Some(caller.user),
            kind: event.action,
            about: Some(About::of(&inside.environment)),
            source: None,
            title,
            server: self.server_id(),
        };
        let action = actions::begin(&mut tx, self.world.now(), new).await?;
        tx.commit(&[]).await?;
        let done = tokio::select! {
            done = work => done,
            () = inside.slot.deleting() => Err(Error::NoEnvironment(inside.environment.name.clone())),
            () = inside.manager.closing() => Err(Error::Unavailable),
        };
        let failure = done.as_ref().err().map(Error::without_output);
        self.retry(|| self.end_action(action, failure.clone())).await?;
        if let Some(failure) = failure {
            self.record_event(event.refused(failure)).await?;
        }
        done
    }
}

/// Stages on all nodes, then exchanges on all.
pub(super) async fn replace(inside: &Inside<'_>, place: &NodePath, content: Content, keep: Vec<String>) -> Result<()> {
    let _turn = inside.file_turn().await?;
    for (index, node) in inside.nodes.iter().enumerate() {
        let work = FileWork::Stage { folder: place.clone(), content: content.clone(), keep: keep.clone() };
        if let Err(error) = inside.work_on_files(node, work).await {
            for staged in &inside.nodes[..index] {
                let _ = inside.work_on_files(staged, FileWork::Unstage).await;
            }
            return Err(deploy_error(error));
        }
    }
    for node in &inside.nodes {
        inside.work_on_files(node, FileWork::Exchange(place.clone())).await.map_err(deploy_error)?;
    }
    Ok(())
}

pub(super) fn deploy_error(error: EngineError) -> Error {
    match error {
        EngineError::BadArchive(why) => Error::DamagedArchive(why),
        EngineError::TooLarge(why) => Error::Limit(why.into()),
        EngineError::NotAllowed(why) => Error::Forbidden(why.into()),
        other => Error::DeployFailed(other.to_string()),
    }
}
