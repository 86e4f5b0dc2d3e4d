//! Start, stop, sleep and restart.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;

use super::images::fetch_images;
use super::model::{Environment, Failure, Node};
use super::node_controller::{NodePlan, until_up};
use super::operation::{Change, Operation, Outcome, Work};
use super::ports;
use super::rows::{self, DesiredState};
use crate::service::Environments;
use keyrack_core::caller::{Caller, Client};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_engine::{Engine, EngineError, FileWork, NodeAddress, NodePath};
use keyrack_types::environments::{EnvAction, EnvStatus};
use keyrack_types::ids::NodeId;

pub(super) const START: Change = Change {
    kind: "environment.start",
    doing: "Starting",
    from: EnvAction::Start.from(),
    via: EnvStatus::Launching,
    desired_state: Some(DesiredState::Running),
};

const STOP: Change = Change {
    kind: "environment.stop",
    doing: "Stopping",
    from: EnvAction::Stop.from(),
    via: EnvStatus::Stopping,
    desired_state: Some(DesiredState::Stopped),
};

const SLEEP: Change = Change {
    kind: "environment.sleep",
    doing: "Putting to sleep",
    from: EnvAction::Sleep.from(),
    via: EnvStatus::GoingToSleep,
    desired_state: Some(DesiredState::Sleeping),
};

const RESTART: Change = Change {
    kind: "environment.restart",
    doing: "Restarting",
    from: EnvAction::Restart.from(),
    via: EnvStatus::Launching,
    desired_state: Some(DesiredState::Running),
};

/// How often it is looked whether an engine that is away has come back.
const AWAY: Duration = Duration::from_secs(1);

/// Which nodes of an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeChoice {
    All,
    /// The nodes of a layer.
    Group(String),
    /// The nodes of a type, or of an image.
    Type(String),
    Ids(Vec<i64>),
    /// The only node that there is.
    Only,
}

/// How nodes are restarted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RestartOrder {
    /// One after another rather than all at once.
    pub sequential: bool,
    /// The pause between two, when one after another.
    pub delay: Duration,
}

impl Environments {
    /// Starts a stopped, sleeping or broken environment.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::WrongState`].
    pub async fn start(&self, caller: &Caller, client: &Client, name: &str) -> Result<Operation> {
        let started = self.begin(caller, client, name, &START).await?;
        self.spawn(started, |work| launch(work).boxed())
    }

    /// Stops a running or broken environment: every process of it ends.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::WrongState`].
    pub async fn stop(&self, caller: &Caller, client: &Client, name: &str) -> Result<Operation> {
        let started = self.begin(caller, client, name, &STOP).await?;
        self.spawn(started, |work| end(work, EnvStatus::Stopped).boxed())
    }

    /// Puts a running environment to sleep: as stopped, until it is started.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::WrongState`].
    pub async fn sleep(&self, caller: &Caller, client: &Client, name: &str) -> Result<Operation> {
        let started = self.begin(caller, client, name, &SLEEP).await?;
        self.spawn(started, |work| end(work, EnvStatus::Sleeping).boxed())
    }

    /// Restarts all nodes of a running or broken environment.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::WrongState`].
    pub async fn restart(&self, caller: &Caller, client: &Client, name: &str) -> Result<Operation> {
        self.restart_nodes(caller, client, name, NodeChoice::All, RestartOrder::default()).await
    }

    /// Restarts some nodes of a running environment. A broken one is stopped, as far as anything of it runs, and started as a
    /// whole: it does not run before all of it does.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`] for a node or layer that it does not have, [`Error::WrongState`].
    pub async fn restart_nodes(
        &self,
        caller: &Caller,
        client: &Client,
        name: &str,
        choice: NodeChoice,
        order: RestartOrder,
    ) -> Result<Operation> {
        let environment = self.get_local(caller, name).await?;
        let nodes: Vec<Node> = choice.of(&environment)?.into_iter().cloned().collect();
        let started = self.begin(caller, client, name, &RESTART).await?;
        match started.from {
            EnvStatus::Broken => self.spawn(started, |work| start_anew(work).boxed()),
            _ => self.spawn(started, move |work| async move { restart(&work, nodes, order).await }.boxed()),
        }
    }
}

impl NodeChoice {
    /// The chosen nodes.
    ///
    /// # Errors
    /// [`Error::NotFound`], naming what is not there.
    pub fn of<'a>(&self, environment: &'a Environment) -> Result<Vec<&'a Node>> {
        let missing =
            |what: String| Error::NotFound(format!("environment “{}” has no {what}", environment.name).into());
        match self {
            NodeChoice::All => Ok(environment.nodes().collect()),
            NodeChoice::Group(group) => {
                let nodes: Vec<_> = environment.nodes().filter(|node| node.group.eq_ignore_ascii_case(group)).collect();
                if nodes.is_empty() { Err(missing(format!("layer “{group}”"))) } else { Ok(nodes) }
            }
            NodeChoice::Type(kind) => {
                let is_it = |node: &&Node| {
                    node.node_type.eq_ignore_ascii_case(kind) || node.image.name.eq_ignore_ascii_case(kind)
                };
                let nodes: Vec<_> = environment.nodes().filter(is_it).collect();
                if nodes.is_empty() { Err(missing(format!("node of type “{kind}”"))) } else { Ok(nodes) }
            }
            NodeChoice::Only => match environment.nodes().collect::<Vec<_>>() {
                nodes if nodes.len() == 1 => Ok(nodes),
                nodes => {
                    let why = format!("say which: environment “{}” has {} nodes", environment.name, nodes.len());
                    Err(Error::invalid(field::Environment::Node, why))
                }
            },
            NodeChoice::Ids(ids) => ids
                .iter()
                .map(|id| {
                    environment.nodes().find(|node| node.id == NodeId(*id)).ok_or_else(|| missing(format!("node {id}")))
                })
                .collect(),
        }
    }
}

/// Brings all nodes up.
pub(super) async fn launch(work: Work) -> Outcome {
    let prepared = tokio::select! {
        prepared = async {
            // After a start of the server: what runs its nodes may come later.
            while work.manager.ensure_reachable(&work.environment).is_err() {
                tokio::time::sleep(AWAY).await;
            }
            prepare(&work).await
        } => prepared,
        () = work.slot.deleting() => return Outcome::Overtaken,
        () = work.manager.closing() => return Outcome::CutOff,
    };
    let nodes = match prepared {
        Ok(nodes) => nodes,
        Err(failure) => return Outcome::Broken(Arc::new(failure)),
    };
    work.manager.start_nodes(&work.slot, nodes, &work.keyrack.settings).await;
    until_all_up(&work).await
}

/// Waits until all nodes are up; when one does not come up, the others go down with it.
pub(super) async fn until_all_up(work: &Work) -> Outcome {
    let watches = work.slot.watches().into_iter().map(|(_, watch)| until_up(watch));
    let all = futures::future::try_join_all(watches);
    let outcome = tokio::select! {
        up = all => match up {
            Ok(_) => return Outcome::Reached(EnvStatus::Running),
            Err(Some(failure)) => Outcome::Broken(failure),
            Err(None) => Outcome::CutOff,
        },
        () = work.slot.deleting() => Outcome::Overtaken,
        () = work.manager.closing() => Outcome::CutOff,
    };
    work.slot.stop_nodes(work.keyrack.settings.stop_grace).await;
    outcome
}

/// What all nodes are to run, with files copied, folders of volumes made and ports free.
async fn prepare(work: &Work) -> Result<Vec<NodePlan>, Failure> {
    let mut nodes = work.keyrack.nodes_of(&work.environment).await.map_err(failed(first_node(work)))?;
    fetch_images(work, &mut nodes).await?;
    let nodes = copy_files(work).await?;
    let mut node_plans = Vec::with_capacity(nodes.len());
    for mut node in nodes {
        let engine = &work.manager.engine;
        if !engine.can_listen(&node.spec(&work.environment.name)).await {
            node.address = work.keyrack.move_port(&**engine, node.id).await.map_err(failed(node.id))?;
        }
        let spec = node.spec(&work.environment.name);
        for volume in &node.facts.volumes {
            let path = NodePath::of_any_depth(volume).map_err(|why| failed(node.id)(Error::internal(why)))?;
            match engine.work_on_files(&spec, FileWork::Create { path, folder: true }).await {
                Ok(_) | Err(EngineError::FileExists(_)) => {}
                Err(error) => return Err(Failure::of_engine(node.id, &error)),
            }
        }
        node_plans.push(NodePlan { spec, listens: node.facts.listens });
    }
    Ok(node_plans)
}

/// Copies the files that nodes of a clone still have to be given; answers the nodes as the store has them now.
pub(super) async fn copy_files(work: &Work) -> Result<Vec<Node>, Failure> {
    let mut nodes = work.keyrack.nodes_of(&work.environment).await.map_err(failed(first_node(work)))?;
    for node in &mut nodes {
        if let Some(source) = node.facts.copy_of.take() {
            let copied = work.manager.engine.copy_files(source, &node.spec(&work.environment.name)).await;
            copied.map_err(|error| Failure::of_engine(node.id, &error))?;
            work.keyrack.is_copied(node.id).await.map_err(failed(node.id))?;
        }
    }
    Ok(nodes)
}

/// Turns an error into the reason why the node does not run.
fn failed(node: NodeId) -> impl Fn(Error) -> Failure {
    move |error| Failure::of(node, error)
}

fn first_node(work: &Work) -> NodeId {
    work.environment.nodes().next().map_or(NodeId(0), |node| node.id)
}

async fn end(work: Work, status: EnvStatus) -> Outcome {
    work.slot.stop_nodes(work.keyrack.settings.stop_grace).await;
    Outcome::Reached(status)
}

async fn start_anew(work: Work) -> Outcome {
    work.slot.stop_nodes(work.keyrack.settings.stop_grace).await;
    launch(work).await
}

pub(super) async fn restart(work: &Work, nodes: Vec<Node>, order: RestartOrder) -> Outcome {
    let node_plan = |node: &Node| NodePlan { spec: node.spec(&work.environment.name), listens: node.facts.listens };
    if order.sequential {
        for (index, node) in nodes.iter().enumerate() {
            if index > 0 {
                tokio::select! {
                    () = tokio::time::sleep(order.delay) => {}
                    () = work.slot.deleting() => return Outcome::Overtaken,
                    () = work.manager.closing() => return Outcome::CutOff,
                }
            }
            work.slot.restart(node_plan(node)).await;
            match until_all_up(work).await {
                Outcome::Reached(_) => {}
                other => return other,
            }
        }
    } else {
        futures::future::join_all(nodes.iter().map(|node| work.slot.restart(node_plan(node)))).await;
    }
    until_all_up(work).await
}

impl Environments {
    /// The environment's nodes as the store has them now.
    pub(super) async fn nodes_of(&self, environment: &Environment) -> Result<Vec<Node>> {
        let mut connection = self.store.read().acquire().await?;
        let environment = rows::for_server(&mut connection, environment.id).await?;
        Ok(environment.into_iter().flat_map(|environment| environment.layers).flat_map(|layer| layer.nodes).collect())
    }

    /// Gives a node another port, because somebody outside took its own.
    async fn move_port(&self, engine: &dyn Engine, node: NodeId) -> Result<NodeAddress> {
        let mut tx = self.store.begin().await?;
        let port = ports::choose(&mut tx, engine, 1).await?[0];
        sqlx::query("UPDATE nodes SET port = $2 WHERE id = $1")
            .bind(node.0)
            .bind(i64::from(port))
            .execute(&mut *tx)
            .await?;
        tx.commit(&[]).await?;
        Ok(NodeAddress::at(port))
    }
}
