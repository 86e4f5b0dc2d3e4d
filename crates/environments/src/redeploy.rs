//! Redeploying: other tags, and what becomes of volumes.

use futures::FutureExt;

use super::changes::{NodeChoice, RestartOrder, restart};
use super::configure::{hold, keep};
use super::inside::{engine_error, may};
use super::model::{Failure, Node};
use super::operation::{Change, Operation, Outcome, Work};
use super::rows::{self, Which};
use crate::service::Environments;
use keyrack_core::caller::{Caller, Client};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_engine::{FileWork, ImageRef, NodePath};
use keyrack_types::environments::EnvStatus;
use keyrack_types::ids::NodeId;

const ALLOWED: &[EnvStatus] = &[EnvStatus::Running, EnvStatus::Stopped, EnvStatus::Sleeping];

/// One for each status, because afterwards the environment is in it again.
const CHANGES: [Change; 3] =
    [change(&[EnvStatus::Running]), change(&[EnvStatus::Stopped]), change(&[EnvStatus::Sleeping])];

const fn change(from: &'static [EnvStatus]) -> Change {
    Change { kind: "environment.redeploy", doing: "Redeploying", from, via: EnvStatus::Updating, desired_state: None }
}

/// What nodes are redeployed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redeployment {
    pub tag: String,
    /// Whether what is in the volumes stays.
    pub keep_volumes: bool,
    pub order: RestartOrder,
}

impl Environments {
    /// Lets nodes run another tag of their image. Their files stay; volumes are emptied when that is asked for. A running
    /// environment runs again afterwards, a stopped one stays so.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`], [`Error::WrongState`], [`Error::Invalid`] for a tag that the image
    /// does not have.
    pub async fn redeploy(
        &self,
        caller: &Caller,
        client: &Client,
        name: &str,
        choice: &NodeChoice,
        redeployment: Redeployment,
    ) -> Result<Operation> {
        may(caller)?;
        let environment = self.get_local(caller, name).await?;
        let nodes: Vec<Node> = choice.of(&environment)?.into_iter().cloned().collect();
        for node in &nodes {
            let image = retagged(node, &redeployment.tag)?;
            let command = node.facts.whole_command();
            let engine = &self.manager()?.engine;
            engine
                .check(&image, command.as_deref(), &node.facts.variables)
                .await
                .map_err(engine_error(field::Environment::Tag))?;
        }
        let Some(change) = CHANGES.iter().find(|change| change.from.contains(&environment.status)) else {
            return Err(Error::WrongState { name: environment.name, current: environment.status, needed: ALLOWED });
        };
        let ids: Vec<NodeId> = nodes.iter().map(|node| node.id).collect();
        let details = [
            ("nodes", ids.iter().map(|id| id.0).collect::<Vec<_>>().into()),
            ("tag", redeployment.tag.clone().into()),
            ("keepVolumes", redeployment.keep_volumes.into()),
        ];
        let status = environment.status;
        let started = self.begin_with(caller, client, name, change, &details).await?;
        self.spawn(started, move |work| deploy(work, ids, redeployment, status).boxed())
    }

    /// Stores the tag; answers the nodes as they are then.
    async fn retag(&self, work: &Work, ids: &[NodeId], tag: &str) -> Result<Vec<Node>> {
        let mut tx = self.store.begin().await?;
        let environment = rows::read(&mut tx, Which::Id(work.environment.id)).await?.pop();
        let environment = environment.ok_or_else(|| Error::NoEnvironment(work.environment.name.clone()))?;
        let environment = hold(&mut tx, environment).await?;
        let mut nodes: Vec<Node> = environment.nodes().filter(|node| ids.contains(&node.id)).cloned().collect();
        for node in &mut nodes {
            node.image = retagged(node, tag)?;
            keep(&mut tx, node).await?;
        }
        tx.commit(&[]).await?;
        Ok(nodes)
    }
}

fn retagged(node: &Node, tag: &str) -> Result<ImageRef> {
    ImageRef::parse(&format!("{}:{}", node.image.name, tag.trim()))
        .map_err(|why| Error::invalid(field::Environment::Tag, why))
}

async fn deploy(work: Work, ids: Vec<NodeId>, redeployment: Redeployment, status: EnvStatus) -> Outcome {
    let stored = work.keyrack.retry(|| work.keyrack.retag(&work, &ids, &redeployment.tag)).await;
    let nodes = match stored {
        Ok(nodes) => nodes,
        Err(error) => return broken(ids[0], error),
    };
    if !redeployment.keep_volumes {
        for node in &nodes {
            if let Err(error) = empty_volumes(&work, node).await {
                return broken(node.id, error);
            }
        }
    }
    if status != EnvStatus::Running {
        return Outcome::Reached(status);
    }
    restart(work, nodes, redeployment.order).await
}

async fn empty_volumes(work: &Work, node: &Node) -> Result<()> {
    let spec = node.spec(&work.environment.name);
    for volume in &node.facts.volumes {
        let path = NodePath::of_any_depth(volume).map_err(Error::internal)?;
        let engine = &work.manager.engine;
        match engine.work_on_files(&spec, FileWork::Delete(path.clone())).await {
            Ok(_) | Err(keyrack_engine::EngineError::NoFile(_)) => {}
            Err(error) => return Err(engine_error(field::Environment::Path)(error)),
        }
        let made = engine.work_on_files(&spec, FileWork::Create { path, folder: true }).await;
        made.map_err(engine_error(field::Environment::Path))?;
    }
    Ok(())
}

fn broken(node: NodeId, error: Error) -> Outcome {
    Outcome::Broken(std::sync::Arc::new(Failure { node, reason: error.to_string(), last_lines: Vec::new() }))
}
