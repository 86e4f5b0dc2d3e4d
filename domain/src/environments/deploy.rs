//! Deploying: an archive becomes what the nodes of a layer serve.
//!
//! The new content is put together beside the former one on every node first; only when that went well everywhere, the two
//! are exchanged. So an archive that is damaged, too large or leads out of its folder changes nothing.

use std::path::Path;

use tokio::sync::MutexGuard;

use super::actions::{self, NewAction};
use super::deployments::{Hooks, ROOT, context_name, folder, within};
use super::execute::execute_all;
use super::inside::{Inside, engine_error, event, may};
use super::manager::Slot;
use super::model::Layer;
use super::{Deployment, NodeChoice, NodeOutput};
use crate::audit::{self, Event};
use crate::caller::{Caller, Client, Right};
use crate::engine::{Content, EngineError, FileWork, NodePath};
use crate::error::{Error, Result};
use crate::ids::NodeId;
use crate::keyrack::Keyrack;
use crate::types::environments::EnvStatus;

/// The most contexts of one layer.
const CONTEXT_LIMIT: usize = 100;

/// Nothing else changes an environment in these.
const ALLOWED: &[EnvStatus] = &[EnvStatus::Running, EnvStatus::Stopped, EnvStatus::Sleeping, EnvStatus::Broken];
/// Hooks are executed in what runs.
const FOR_HOOKS: &[EnvStatus] = &[EnvStatus::Running];

/// Something to be deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDeployment {
    pub environment: String,
    /// The layer; the application layer when it is not said.
    pub group: Option<String>,
    pub context: String,
    /// The address that the upload was given.
    pub archive: String,
    /// What the archive is called from now on.
    pub name: Option<String>,
    pub hooks: Hooks,
}

/// A change of what is deployed, noted and under way.
struct Deploying<'a> {
    inside: Inside<'a>,
    layer: Layer,
    event: Event,
}

impl Keyrack {
    /// Makes an uploaded archive the content of a context. A failure leaves the former content.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`] for a layer or upload that is not there, [`Error::Invalid`],
    /// [`Error::FileAway`], [`Error::WrongState`], [`Error::DamagedArchive`], [`Error::EmptyArchive`], [`Error::Limit`] for
    /// what is too large when it is unpacked, [`Error::DeployFailed`] for a hook that fails.
    pub async fn deploy(&self, caller: &Caller, client: &Client, new: NewDeployment) -> Result<Vec<NodeOutput>> {
        may(caller)?;
        let context = context_name("context", &new.context)?;
        new.hooks.check()?;
        let environment = self.environment_here(caller, &new.environment).await?;
        let upload = self.upload_at(caller, "fileUrl", &new.archive).await?;
        let archive = match new.name.as_deref().map(str::trim) {
            Some(name) if !name.is_empty() => name.chars().filter(|c| !c.is_control()).take(200).collect(),
            _ => upload.name.clone(),
        };
        if upload.size == 0 {
            return Err(Error::EmptyArchive(format!("the archive “{archive}” is empty: it has 0 bytes")));
        }
        let file = self.file_of(caller, &upload).await?;
        let slot = self.manager()?.slot(environment.id);
        let _deploying = self.turn_to_deploy(caller, &slot).await?;
        let needed = if new.hooks.is_empty() { ALLOWED } else { FOR_HOOKS };
        let place = (new.environment.as_str(), new.group.as_deref());
        let deploying = self.deploying(caller, client, &slot, "deployment.create", place, needed).await?;
        let Deploying { inside, layer, event } = deploying;
        let is_new = layer.deployments.iter().all(|deployment| deployment.context != context);
        if is_new && layer.deployments.len() >= CONTEXT_LIMIT {
            return Err(Error::Limit(format!("a layer can have {CONTEXT_LIMIT} contexts: undeploy some").into()));
        }
        let event = event.with("context", context.clone()).with("archive", archive.clone());
        let title = format!("Deploying {archive} to {}", inside.environment.name);
        let deployment = Deployment {
            context,
            archive,
            size: upload.size,
            hooks: new.hooks,
            user: caller.user,
            deployed: self.world.now(),
        };
        self.noted_as_action(caller, &inside, event, title, self.deploy_on(&inside, &layer, deployment, file.path()))
            .await
    }

    async fn deploy_on(
        &self,
        inside: &Inside<'_>,
        layer: &Layer,
        deployment: Deployment,
        archive: &Path,
    ) -> Result<Vec<NodeOutput>> {
        let mut outputs = Vec::new();
        for node in &inside.nodes {
            outputs.push(NodeOutput {
                node: node.id,
                exit_status: 0,
                out: String::new(),
                err: String::new(),
                in_time: true,
            });
        }
        let before = "nothing was deployed: the command before the deployment failed";
        execute_hook(inside, deployment.hooks.pre_deploy.as_deref(), before, &mut outputs).await?;
        let place = folder(&deployment.context)?;
        let content = Content::Archive { file: archive.to_owned(), name: deployment.archive.clone() };
        replace(inside, &place, content, within(layer, &deployment.context)).await?;
        self.keep_deployment(inside, layer, &deployment).await?;
        let after = "the new content is in its place, but the command after the deployment failed";
        execute_hook(inside, deployment.hooks.post_deploy.as_deref(), after, &mut outputs).await?;
        Ok(outputs)
    }

    /// Takes away what is deployed in a context; other contexts stay.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`] when nothing is deployed there, [`Error::WrongState`].
    pub async fn undeploy(
        &self,
        caller: &Caller,
        client: &Client,
        environment: &str,
        group: Option<&str>,
        context: &str,
    ) -> Result<Vec<NodeId>> {
        may(caller)?;
        let context = context_name("context", context)?;
        let slot = self.slot_of(caller, environment).await?;
        let _deploying = self.turn_to_deploy(caller, &slot).await?;
        let deploying =
            self.deploying(caller, client, &slot, "deployment.remove", (environment, group), ALLOWED).await?;
        let Deploying { inside, layer, event } = deploying;
        must_be_deployed(&layer, &context)?;
        let title = format!("Undeploying {context} from {}", inside.environment.name);
        let event = event.with("context", context.clone());
        let nodes = inside.nodes.iter().map(|node| node.id).collect();
        self.noted_as_action(caller, &inside, event, title, async {
            let place = folder(&context)?;
            if context == ROOT {
                replace(&inside, &place, Content::Nothing, within(&layer, &context)).await?;
            } else {
                for node in &inside.nodes {
                    match inside.manager.engine.work_on_files(node.id, FileWork::Delete(place.clone())).await {
                        Ok(_) | Err(EngineError::NoFile(_)) => {}
                        Err(error) => return Err(deploy_error(error)),
                    }
                }
            }
            self.forget_deployment(&inside, &layer, &context).await?;
            Ok(nodes)
        })
        .await
    }

    /// Moves what is deployed in one context to another one, which has to be free.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`] when nothing is deployed there, [`Error::Exists`],
    /// [`Error::WrongState`].
    pub async fn rename_context(
        &self,
        caller: &Caller,
        client: &Client,
        environment: &str,
        group: Option<&str>,
        (from, to): (&str, &str),
    ) -> Result<Vec<NodeId>> {
        may(caller)?;
        let (from, to) = (context_name("oldContext", from)?, context_name("newContext", to)?);
        let slot = self.slot_of(caller, environment).await?;
        let _deploying = self.turn_to_deploy(caller, &slot).await?;
        let deploying =
            self.deploying(caller, client, &slot, "deployment.rename", (environment, group), ALLOWED).await?;
        let Deploying { inside, layer, event } = deploying;
        must_be_deployed(&layer, &from)?;
        if layer.deployments.iter().any(|deployment| deployment.context == to) {
            return Err(Error::Exists(format!("something is deployed in context “{to}” already").into()));
        }
        let title = format!("Moving {from} to {to} in {}", inside.environment.name);
        let event = event.with("from", from.clone()).with("to", to.clone());
        let nodes = inside.nodes.iter().map(|node| node.id).collect();
        self.noted_as_action(caller, &inside, event, title, async {
            move_context(&inside, &layer, &from, &to).await?;
            let mut tx = self.store.begin().await?;
            sqlx::query(
                "UPDATE deployments SET context = $4 WHERE environment_id = $1 AND node_group = $2 AND context = $3",
            )
            .bind(inside.environment.id.0)
            .bind(&layer.name)
            .bind(&from)
            .bind(&to)
            .execute(&mut *tx)
            .await?;
            tx.commit().await?;
            Ok(nodes)
        })
        .await
    }

    /// What is deployed in a layer, sorted by context.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`] for a layer that is not there.
    pub async fn deployments(&self, caller: &Caller, name: &str, group: Option<&str>) -> Result<Vec<Deployment>> {
        caller.require(Right::See)?;
        let environment = self.environment(caller, name).await?;
        Ok(environment.layer_for_deployments(group)?.deployments.clone())
    }

    /// What is deployed in one context.
    ///
    /// # Errors
    /// As [`Keyrack::deployments`]; [`Error::NotFound`] when nothing is deployed there.
    pub async fn deployment(
        &self,
        caller: &Caller,
        name: &str,
        group: Option<&str>,
        context: &str,
    ) -> Result<Deployment> {
        caller.require(Right::See)?;
        let context = context_name("context", context)?;
        let environment = self.environment(caller, name).await?;
        must_be_deployed(environment.layer_for_deployments(group)?, &context).cloned()
    }

    /// Waits for its turn, which may take long; who has lost the right to it meanwhile does not get it.
    async fn turn_to_deploy<'a>(&self, caller: &Caller, slot: &'a Slot) -> Result<MutexGuard<'a, ()>> {
        let standing = self.standing(caller).await?;
        let turn = slot.deploying.lock().await;
        self.must_still_stand(caller, &standing, Right::Operate).await?;
        Ok(turn)
    }

    /// Holds the environment and its layer; the caller of this holds [`Slot::deploying`].
    async fn deploying<'a>(
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

    /// As [`Keyrack::noted`], with a line in the tasks panel.
    async fn noted_as_action<T>(
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
            environment: &inside.environment.name,
            title,
            server: self.server_id(),
        };
        let action = actions::begin(&mut tx, self.world.now(), new).await?;
        tx.commit().await?;
        let done = tokio::select! {
            done = work => done,
            () = inside.slot.gone() => Err(Error::NoEnvironment(inside.environment.name.clone())),
            () = inside.manager.closing() => Err(Error::Unavailable),
        };
        let failure = done.as_ref().err().map(Error::without_output);
        self.retry(|| self.end_action(action, failure.clone())).await?;
        if let Some(failure) = failure {
            self.note(event.refused(failure)).await?;
        }
        done
    }

    async fn keep_deployment(&self, inside: &Inside<'_>, layer: &Layer, deployment: &Deployment) -> Result<()> {
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
        Ok(tx.commit().await?)
    }

    async fn forget_deployment(&self, inside: &Inside<'_>, layer: &Layer, context: &str) -> Result<()> {
        let mut tx = self.store.begin().await?;
        sqlx::query("DELETE FROM deployments WHERE environment_id = $1 AND node_group = $2 AND context = $3")
            .bind(inside.environment.id.0)
            .bind(&layer.name)
            .bind(context.to_owned())
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }
}

/// Stages on all nodes, then exchanges on all.
async fn replace(inside: &Inside<'_>, place: &NodePath, content: Content, keep: Vec<String>) -> Result<()> {
    let engine = &inside.manager.engine;
    for (index, node) in inside.nodes.iter().enumerate() {
        let work = FileWork::Stage { folder: place.clone(), content: content.clone(), keep: keep.clone() };
        if let Err(error) = engine.work_on_files(node.id, work).await {
            for staged in &inside.nodes[..index] {
                let _ = engine.work_on_files(staged.id, FileWork::Unstage).await;
            }
            return Err(deploy_error(error));
        }
    }
    for node in &inside.nodes {
        engine.work_on_files(node.id, FileWork::Exchange(place.clone())).await.map_err(deploy_error)?;
    }
    Ok(())
}

async fn move_context(inside: &Inside<'_>, layer: &Layer, from: &str, to: &str) -> Result<()> {
    let (old, new) = (folder(from)?, folder(to)?);
    let mut contexts = within(layer, ROOT);
    if from == ROOT {
        // What is at `/` moves into a folder of itself: there first, then away from `/`.
        replace(inside, &new, Content::Folder { folder: old.clone(), without: contexts.clone() }, Vec::new()).await?;
        contexts.push(to.to_owned());
        return replace(inside, &old, Content::Nothing, contexts).await;
    }
    if to == ROOT {
        contexts.retain(|context| context != from);
        return replace(inside, &new, Content::Folder { folder: old, without: Vec::new() }, contexts).await;
    }
    for node in &inside.nodes {
        let work = FileWork::Rename { from: old.clone(), to: new.clone() };
        inside.manager.engine.work_on_files(node.id, work).await.map_err(engine_error("newContext"))?;
    }
    Ok(())
}

/// Executes a hook on all nodes; `failed` says what one that fails means.
async fn execute_hook(inside: &Inside<'_>, hook: Option<&str>, failed: &str, outputs: &mut [NodeOutput]) -> Result<()> {
    let Some(hook) = hook else { return Ok(()) };
    let command = [hook.to_owned()];
    let all = inside.nodes.iter().map(|node| execute_all(inside, node, &command, false, None));
    let done = futures::future::try_join_all(all).await?;
    for (output, done) in outputs.iter_mut().zip(done) {
        output.out.push_str(&done.out);
        output.err.push_str(&done.err);
        if done.exit_status != 0 || !done.in_time {
            let how = if done.in_time {
                format!("it ended with exit status {}", done.exit_status)
            } else {
                "it took too long".to_owned()
            };
            let last = output.err.lines().last().map(|line| format!("; its last line: {line}")).unwrap_or_default();
            return Err(Error::Step {
                at: format!("{failed} on node {}", output.node),
                cause: Box::new(Error::DeployFailed(how)),
                output: last,
                undone: String::new(),
            });
        }
    }
    Ok(())
}

fn must_be_deployed<'a>(layer: &'a Layer, context: &str) -> Result<&'a Deployment> {
    layer.deployments.iter().find(|deployment| deployment.context == context).ok_or_else(|| {
        Error::NotFound(format!("nothing is deployed in context “{context}” of layer “{}”", layer.name).into())
    })
}

fn deploy_error(error: EngineError) -> Error {
    match error {
        EngineError::BadArchive(why) => Error::DamagedArchive(why),
        EngineError::TooLarge(why) => Error::Limit(why.into()),
        EngineError::NotAllowed(why) => Error::Forbidden(why.into()),
        other => Error::DeployFailed(other.to_string()),
    }
}
