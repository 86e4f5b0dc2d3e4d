//! Redeploying: other tags, and what becomes of volumes.

use std::collections::BTreeMap;

use futures::FutureExt;

use super::changes::{NodeChoice, RestartOrder, restart};
use super::images::{fetch, former};
use super::inside::{engine_error, may};
use super::model::{Failure, Node, NodeFacts};
use super::node_controller::NodePlan;
use super::operation::{Change, Operation, Outcome, Work};
use crate::service::Environments;
use keyrack_core::caller::{Caller, Client};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_engine::{ImageRef, RegistryLogin};
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
    /// A tag, or a digest: what ran before is chosen by its digest, whatever its tag means by now.
    pub tag: String,
    /// How to sign in to the registry; the account's own way unless said otherwise.
    pub login: Option<RegistryLogin>,
    /// Whether what is in the volumes stays.
    pub keep_volumes: bool,
    pub order: RestartOrder,
}

impl Redeployment {
    /// To this tag, all nodes at once, with what is in their volumes.
    pub fn to(tag: String) -> Redeployment {
        Redeployment { tag, login: None, keep_volumes: true, order: RestartOrder::default() }
    }
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
}

/// Whether a node runs this content, or ran it before.
fn ran(node: &Node, digest: &str) -> bool {
    let former = node.facts.former.as_ref().and_then(|former| former.digest.as_deref());
    [node.facts.digest.as_deref(), former].contains(&Some(digest))
}

fn retagged(node: &Node, tag: &str) -> Result<ImageRef> {
    node.image.with_tag(tag).map_err(|why| Error::invalid(field::Environment::Tag, why))
}

/// Gets what the tag means now, then stores it, then lets the nodes run it. Whatever fails, they run what they ran before.
async fn deploy(work: Work, ids: Vec<NodeId>, redeployment: Redeployment, status: EnvStatus) -> Outcome {
    let before = match work.keyrack.nodes_of(&work.environment).await {
        Ok(nodes) => nodes.into_iter().filter(|node| ids.contains(&node.id)).collect::<Vec<_>>(),
        Err(error) => return Outcome::Unchanged(status, error),
    };
    let mut fetched = BTreeMap::new();
    for node in &before {
        let image = match retagged(node, &redeployment.tag) {
            Ok(image) => image,
            Err(error) => return Outcome::Unchanged(status, error),
        };
        // Back to what it ran before: that is its own, whatever the registry has by now.
        let known = image.digest().filter(|digest| ran(node, digest)).map(str::to_owned);
        let newest = known.is_none();
        let next = Node { image, facts: NodeFacts { digest: known, ..node.facts.clone() }, ..node.clone() };
        let fetching = fetch(&work, &next, redeployment.login.as_ref(), newest);
        let done = tokio::select! {
            done = fetching => done,
            () = work.slot.deleting() => return Outcome::Overtaken,
            () = work.manager.closing() => return Outcome::Unchanged(status, Error::Unavailable),
        };
        match done {
            Ok(image) => fetched.insert(node.id, image),
            Err(error) => return Outcome::Unchanged(status, engine_error(field::Environment::Tag)(error)),
        };
    }
    let change = |node: &mut Node| {
        let former = former(node);
        node.image = retagged(node, &redeployment.tag)?;
        if let Some(image) = fetched.get(&node.id) {
            (node.facts.digest, node.facts.listens) = (image.digest.clone(), image.listens);
        }
        if former != super::images::former(node) {
            node.facts.former = former;
        }
        Ok(())
    };
    let stored = work.keyrack.retry(|| work.keyrack.change_stored(&work, &ids, change)).await;
    let nodes = match stored {
        Ok(nodes) => nodes,
        Err(error) => return Outcome::Unchanged(status, error),
    };
    if !redeployment.keep_volumes {
        for node in &nodes {
            // A container holds its volumes while it is there.
            if status == EnvStatus::Running {
                work.slot.stop_some(&[node.id], work.keyrack.settings.stop_grace).await;
            }
            if let Err(error) = work.manager.engine.empty_volumes(&node.spec(&work.environment.name)).await {
                return broken(node.id, engine_error(field::Environment::Path)(error));
            }
        }
    }
    if status != EnvStatus::Running {
        return Outcome::Reached(status);
    }
    let order = redeployment.order;
    match run(&work, nodes, order).await {
        Outcome::Broken(failure) if failure.about.is_none() => go_back(work, before, order, &failure).await,
        outcome => outcome,
    }
}

/// Lets nodes run what they are stored as now, those that run and those that do not.
async fn run(work: &Work, nodes: Vec<Node>, order: RestartOrder) -> Outcome {
    let name = &work.environment.name;
    let plan = |node: &Node| NodePlan { spec: node.spec(name), listens: node.facts.listens };
    let running: Vec<NodeId> = work.slot.watches().into_iter().map(|(id, _)| id).collect();
    let (running, stopped): (Vec<_>, Vec<_>) = nodes.into_iter().partition(|node| running.contains(&node.id));
    work.manager.start_more(&work.slot, stopped.iter().map(plan).collect(), &work.keyrack.settings);
    restart(work, running, order).await
}

/// Gives nodes back what they ran before they were redeployed.
async fn go_back(work: Work, before: Vec<Node>, order: RestartOrder, failure: &Failure) -> Outcome {
    let ids: Vec<NodeId> = before.iter().map(|node| node.id).collect();
    let change = |node: &mut Node| {
        if let Some(old) = before.iter().find(|old| old.id == node.id) {
            (node.image, node.facts) = (old.image.clone(), old.facts.clone());
        }
        Ok(())
    };
    let stored = work.keyrack.retry(|| work.keyrack.change_stored(&work, &ids, change)).await;
    if let Err(error) = stored {
        return broken(failure.node, error);
    }
    // All were stopped with the one that does not stay up.
    let nodes = match work.keyrack.nodes_of(&work.environment).await {
        Ok(nodes) => nodes,
        Err(error) => return broken(failure.node, error),
    };
    match run(&work, nodes, order).await {
        Outcome::Reached(status) => {
            let name = &work.environment.name;
            Outcome::Unchanged(
                status,
                Error::Engine(format!("environment “{name}” runs what it ran before: {failure}")),
            )
        }
        outcome => outcome,
    }
}

fn broken(node: NodeId, error: Error) -> Outcome {
    Outcome::Broken(std::sync::Arc::new(Failure::of(node, error)))
}
