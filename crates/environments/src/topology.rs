//! Changing which nodes an environment has: layers come and go, are scaled, and run other images.

use std::sync::Arc;

use futures::FutureExt;

use super::changes::{copy_files, until_all_up};
use super::create::{NewNode, write_node};
use super::held_nodes::{hold, keep};
use super::images::fetch_images;
use super::inside::may;
use super::model::{Environment, Failure, Layer, Node, NodeFacts};
use super::node_controller::NodePlan;
use super::operation::{Change, Operation, Outcome, Work};
use super::ports;
use super::rows;
use super::spec::{check_limits, facts};
use crate::service::Environments;
use keyrack_core::caller::{Caller, Client};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_types::environments::EnvStatus;
use keyrack_types::ids::NodeId;
use keyrack_types::topology::{NO_IMAGE, NodesChange, NodesSpec, TopologyChange};

const ALLOWED: &[EnvStatus] = &[EnvStatus::Running, EnvStatus::Stopped, EnvStatus::Sleeping];

/// One for each status, because afterwards the environment is in it again.
const CHANGES: [Change; 3] =
    [change(&[EnvStatus::Running]), change(&[EnvStatus::Stopped]), change(&[EnvStatus::Sleeping])];

const fn change(from: &'static [EnvStatus]) -> Change {
    Change {
        kind: "environment.change-topology",
        doing: "Changing",
        from,
        via: EnvStatus::Updating,
        desired_state: None,
    }
}

/// A node as it is to be.
#[derive(Clone)]
struct Planned {
    spec: NodesSpec,
    listens: bool,
}

/// What became of the nodes in the store.
#[derive(Default)]
struct Stored {
    removed: Vec<NodeId>,
    added: Vec<Node>,
    changed: Vec<Node>,
}

impl Environments {
    /// Gives an environment the nodes of this description, the whole of it: a layer that it does not name goes, one that
    /// is new comes, one with another `count` is scaled. What it does not say of a layer stays as it is. Nodes that stay
    /// and are not changed run on.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::WrongState`], [`Error::Invalid`] for what cannot run here, [`Error::Limit`].
    pub async fn change_topology(
        &self,
        caller: &Caller,
        client: &Client,
        name: &str,
        mut wanted: TopologyChange,
    ) -> Result<Operation> {
        may(caller)?;
        let environment = self.get_local(caller, name).await?;
        let nodes = filled_in(std::mem::take(&mut wanted.nodes), &environment)?;
        check_limits(&nodes)?;
        let mut planned = Vec::new();
        for (index, nodes) in nodes.iter().enumerate() {
            let listens = self.check_runs(index, nodes).await?;
            planned.extend((0..nodes.count).map(|_| Planned { spec: nodes.clone(), listens }));
        }
        let Some(change) = CHANGES.iter().find(|change| change.from.contains(&environment.status)) else {
            return Err(Error::WrongState { name: environment.name, current: environment.status, needed: ALLOWED });
        };
        let layers: Vec<_> = nodes.iter().map(|nodes| format!("{} x {}", nodes.group, nodes.count)).collect();
        let status = environment.status;
        let started = self.begin_with(caller, client, name, change, &[("layers", layers.into())]).await?;
        self.spawn(started, move |work| alter(work, wanted, planned, status).boxed())
    }

    /// Writes the nodes as they are to be, all or nothing.
    async fn store_topology(&self, work: &Work, wanted: &TopologyChange, planned: &[Planned]) -> Result<Stored> {
        let mut tx = self.store.begin().await?;
        let environment = rows::again(&mut tx, &work.environment).await?;
        let mut environment = hold(&mut tx, environment).await?;
        let mut stored = Stored::default();
        let mut left: Vec<&Planned> = planned.iter().collect();
        for node in environment.nodes() {
            let Some(place) = left.iter().position(|planned| planned.spec.group == node.group) else {
                sqlx::query("DELETE FROM nodes WHERE id = $1").bind(node.id.0).execute(&mut *tx).await?;
                stored.removed.push(node.id);
                continue;
            };
            let planned = left.remove(place);
            let changed = planned.applied_to(node);
            if changed != *node {
                keep(&mut tx, &changed).await?;
                stored.changed.push(changed);
            }
        }
        let ports = ports::choose(&mut tx, &*work.manager.engine, left.len()).await?;
        let mut groups: Vec<String> = environment.layers.iter().map(|layer| layer.name.clone()).collect();
        let mut added = Vec::new();
        for (planned, port) in left.into_iter().zip(ports) {
            let master = !groups.contains(&planned.spec.group);
            groups.push(planned.spec.group.clone());
            // What is deployed in a layer is on all its nodes.
            let layer = environment.layers.iter().find(|layer| layer.name == planned.spec.group);
            let copy_of = layer.filter(|layer| !layer.deployments.is_empty()).and_then(|layer| layer.nodes.first());
            let facts = NodeFacts { copy_of: copy_of.map(|node| node.id), ..facts(&planned.spec, planned.listens) };
            let node = NewNode { spec: planned.spec.clone(), facts };
            added.push(write_node(&mut tx, environment.id, node, port, master).await?);
        }
        environment.settings.ha = wanted.ha.unwrap_or(environment.settings.ha);
        environment.settings.ssl = wanted.ssl.unwrap_or(environment.settings.ssl);
        sqlx::query("UPDATE environments SET settings = $2, display_name = COALESCE($3, display_name) WHERE id = $1")
            .bind(environment.id.0)
            .bind(serde_json::to_string(&environment.settings).map_err(Error::internal)?)
            .bind(wanted.display_name.as_deref())
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "DELETE FROM deployments WHERE environment_id = $1 AND node_group NOT IN \
             (SELECT node_group FROM nodes WHERE environment_id = $1)",
        )
        .bind(environment.id.0)
        .execute(&mut *tx)
        .await?;
        let after = rows::again(&mut tx, &environment).await?;
        tx.commit(&[]).await?;
        stored.added = after.nodes().filter(|node| added.contains(&node.id)).cloned().collect();
        Ok(stored)
    }
}

impl Planned {
    /// The node as this wants it.
    fn applied_to(&self, node: &Node) -> Node {
        let mut node = node.clone();
        if node.image != self.spec.image {
            node.facts.digest = None;
        }
        node.image = self.spec.image.clone();
        (node.fixed_cloudlets, node.flexible_cloudlets) = (self.spec.fixed_cloudlets, self.spec.flexible_cloudlets);
        node.facts.command.clone_from(&self.spec.command);
        node.facts.variables.clone_from(&self.spec.variables);
        node.facts.listens = self.listens;
        node
    }
}

/// The nodes that it is to have: what the description does not say of a layer that is there stays as it is.
fn filled_in(described: Vec<NodesChange>, environment: &Environment) -> Result<Vec<NodesSpec>> {
    let groups: Vec<_> = described.iter().map(|nodes| nodes.group.clone()).collect();
    let fill_in = |(index, nodes): (usize, NodesChange)| {
        let once = groups.iter().filter(|other| **other == nodes.group).count() == 1;
        let layer = environment.layers.iter().find(|layer| layer.name == nodes.group);
        let there = layer.and_then(|layer| spec_of(layer, once));
        nodes.onto(there.as_ref()).ok_or_else(|| Error::invalid(field::Environment::Image { index }, NO_IMAGE))
    };
    described.into_iter().enumerate().map(fill_in).collect()
}

/// What the nodes of a layer are, all of them where it is described `once`.
fn spec_of(layer: &Layer, once: bool) -> Option<NodesSpec> {
    let node = layer.nodes.first()?;
    Some(NodesSpec {
        node_type: node.node_type.clone(),
        count: if once { u32::try_from(layer.nodes.len()).unwrap_or(u32::MAX) } else { 1 },
        command: node.facts.command.clone(),
        variables: node.facts.variables.clone(),
        fixed_cloudlets: node.fixed_cloudlets,
        flexible_cloudlets: node.flexible_cloudlets,
        ..NodesSpec::of(node.image.clone(), &layer.name)
    })
}

async fn alter(work: Work, wanted: TopologyChange, planned: Vec<Planned>, status: EnvStatus) -> Outcome {
    let first = work.environment.nodes().next().map_or(NodeId(0), |node| node.id);
    let stored = match work.keyrack.retry(|| work.keyrack.store_topology(&work, &wanted, &planned)).await {
        Ok(stored) => stored,
        Err(error) => return broken(first, error.to_string()),
    };
    work.slot.stop_some(&stored.removed, work.keyrack.settings.stop_grace).await;
    {
        let _in_use = work.slot.in_use.write().await;
        for node in &stored.removed {
            if let Err(error) = work.manager.engine.remove(*node).await {
                return broken(*node, format!("it could not be removed: {error}"));
            }
        }
    }
    let mut nodes = match work.keyrack.nodes_of(&work.environment).await {
        Ok(nodes) => nodes,
        Err(error) => return broken(first, error.to_string()),
    };
    if let Err(failure) = fetch_images(&work, &mut nodes).await {
        return Outcome::Broken(Arc::new(failure));
    }
    // As they are now that their images are here.
    let fetched = |node: Node| nodes.iter().find(|one| one.id == node.id).cloned().unwrap_or(node);
    let (added, changed) = (stored.added.into_iter().map(fetched), stored.changed.into_iter().map(fetched));
    let (added, changed): (Vec<Node>, Vec<Node>) = (added.collect(), changed.collect());
    {
        let _deploying = work.slot.deploying.lock().await;
        if let Err(failure) = copy_files(&work).await {
            return Outcome::Broken(Arc::new(failure));
        }
    }
    if status != EnvStatus::Running {
        return Outcome::Reached(status);
    }
    let node_plan = |node: &Node| NodePlan { spec: node.spec(&work.environment.name), listens: node.facts.listens };
    work.manager.start_more(&work.slot, added.iter().map(node_plan).collect(), &work.keyrack.settings);
    futures::future::join_all(changed.iter().map(|node| work.slot.restart(node_plan(node)))).await;
    until_all_up(&work).await
}

fn broken(node: NodeId, reason: String) -> Outcome {
    Outcome::Broken(Arc::new(Failure::of(node, reason)))
}
