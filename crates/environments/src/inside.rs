//! The way of everything that is done inside nodes: note it, hold the environment, do it, note a failure.

use std::sync::Arc;

use tokio::sync::RwLockReadGuard;

use super::changes::NodeChoice;
use super::manager::{Manager, OperationGuard, Slot};
use super::model::{Environment, Node};
use crate::service::Environments;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_engine::{EngineError, FileDone, FileWork};
use keyrack_types::bounds::records::PATH_SHOWN;

/// An environment that is not removed while this is held.
pub(super) struct Inside<'a> {
    pub environment: Environment,
    pub nodes: Vec<Node>,
    pub manager: Arc<Manager>,
    pub slot: &'a Slot,
    _in_use: RwLockReadGuard<'a, ()>,
    _guard: OperationGuard,
}

impl Inside<'_> {
    /// Works on the files of one of the nodes.
    pub async fn work_on_files(&self, node: &Node, work: FileWork) -> Result<FileDone, EngineError> {
        self.manager.engine.work_on_files(&node.spec(&self.environment.name), work).await
    }
}

impl Environments {
    /// The running side of an environment, found by name.
    pub(super) async fn slot_of(&self, caller: &Caller, name: &str) -> Result<Arc<Slot>> {
        let environment = self.get_local(caller, name).await?;
        Ok(self.manager()?.slot(&environment))
    }

    /// Holds an environment and chooses nodes of it.
    pub(super) async fn inside<'a>(
        &self,
        caller: &Caller,
        slot: &'a Slot,
        name: &str,
        choice: &NodeChoice,
    ) -> Result<Inside<'a>> {
        let manager = self.manager()?.clone();
        let guard = manager.enter()?;
        let in_use = slot.in_use.read().await;
        // Once more: it may have been deleted before it was held.
        let environment = self.get_local(caller, name).await?;
        if slot.is_deleting() {
            return Err(Error::NoEnvironment(environment.name));
        }
        let nodes = choice.of(&environment)?.into_iter().cloned().collect();
        Ok(Inside { environment, nodes, manager, slot, _in_use: in_use, _guard: guard })
    }

    /// Writes an entry before something is done that no transaction can hold, so that nothing happens unseen.
    pub(super) async fn record_event(&self, event: Event) -> Result<()> {
        let mut tx = self.store.begin().await?;
        audit::append(&mut tx, self.world.now(), event).await?;
        tx.commit(&[]).await
    }

    /// Audits what is about to be done, does it, and audits the failure if there is one.
    pub(super) async fn with_audit<T>(&self, event: Event, work: impl Future<Output = Result<T>>) -> Result<T> {
        self.record_event(event.clone()).await?;
        let done = work.await;
        if let Err(error) = &done {
            self.record_event(event.refused(error.without_output())).await?;
        }
        done
    }
}

/// Audits work on files of nodes, which no transaction can hold. The entry follows the first thing that was done, and is tried
/// again until it is written. A refusal that changed nothing has no entry here: the API gathers its refusals, so that whoever
/// is refused over and over does not fill the log.
pub(super) struct InsideAudit<'a> {
    environments: &'a Environments,
    event: Event,
    written: bool,
}

impl<'a> InsideAudit<'a> {
    pub fn new(environments: &'a Environments, event: Event) -> InsideAudit<'a> {
        InsideAudit { environments, event, written: false }
    }

    /// Hands on what an engine answered, once it is in the log.
    pub async fn of<T>(&mut self, worked: Result<T, EngineError>) -> Result<Result<T, EngineError>> {
        let refusal = worked.as_ref().err();
        let unchanged = refusal.is_some_and(|error| {
            matches!(
                error,
                EngineError::NoFile(_) | EngineError::NoLog(_) | EngineError::FileExists(_) | EngineError::BadFile(_)
            )
        });
        if !self.written && !unchanged {
            self.environments.retry(|| self.environments.record_event(self.event.clone())).await?;
            self.written = true;
        }
        if let (Some(error), true) = (refusal, self.written) {
            let text = short_path(&error.to_string());
            self.environments.record_event(self.event.clone().refused(text)).await?;
        }
        Ok(worked)
    }
}

/// A path as an entry of the audit log names it; whoever makes files can choose long ones.
pub(super) fn short_path(path: &str) -> String {
    match path.char_indices().nth(PATH_SHOWN) {
        None => path.to_owned(),
        Some((end, _)) => format!("{}…", &path[..end]),
    }
}

/// The entry of something that is done inside nodes.
pub(super) fn event(caller: &Caller, client: &Client, kind: &'static str, inside: &Inside<'_>) -> Event {
    let nodes: Vec<i64> = inside.nodes.iter().map(|node| node.id.0).collect();
    Event::by(caller, client, kind, format!("environment:{}", inside.environment.name)).with("nodes", nodes)
}

/// Lets the caller go on only when it may do things inside nodes.
pub(super) fn may(caller: &Caller) -> Result<()> {
    caller.require(Right::Operate)
}

/// What an engine said, as an answer; `field` is what spoke of the file or image.
pub(super) fn engine_error(field: field::Environment) -> impl Fn(EngineError) -> Error {
    move |error| match error {
        EngineError::NoFile(_) | EngineError::NoLog(_) => Error::NotFound(error.to_string().into()),
        EngineError::FileExists(_) => Error::Exists(error.to_string().into()),
        EngineError::BadFile(why) | EngineError::BadArchive(why) | EngineError::UnknownImage(why) => {
            Error::invalid(field, why)
        }
        EngineError::RegistryRefused(why) => Error::RegistryLogin(why),
        EngineError::Away(why) => Error::EngineAway(why),
        EngineError::TooLarge(why) | EngineError::NoPort(why) => Error::Limit(why.into()),
        EngineError::NotAllowed(why) => Error::Forbidden(why.into()),
        EngineError::Failed(why) | EngineError::ImageAbsent(why) => Error::Engine(why),
    }
}
