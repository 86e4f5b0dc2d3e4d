//! What runs: the node controllers of all environments, and the locks on them.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{OwnedRwLockReadGuard, RwLock, mpsc, watch};

use super::file_turns::FileTurns;
pub(super) use super::lock::lock;
use super::model::{Environment, Failure};
use super::node_controller::{NodeController, NodePlan, NodeState};
use super::samples::Samples;
use keyrack_core::error::{Error, Result};
use keyrack_core::settings::Settings;
use keyrack_engine::Engine;
use keyrack_types::environments::EnvStatus;
use keyrack_types::ids::{EnvironmentId, NodeId};

/// The most calls that execute commands in one environment at once.
pub const COMMANDS_AT_ONCE: usize = 16;

/// The running side of all environments.
pub struct Manager {
    pub(super) engine: Arc<dyn Engine>,
    slots: Mutex<HashMap<EnvironmentId, Arc<Slot>>>,
    failed: mpsc::UnboundedSender<Arc<Failure>>,
    pub(super) file_turns: FileTurns,
    /// Held for reading by everything that changes what runs.
    gate: Arc<RwLock<()>>,
    closing: watch::Sender<bool>,
}

/// The running side of one environment.
pub struct Slot {
    /// Held while an operation starts or stops its nodes.
    pub(super) op_lock: tokio::sync::Mutex<()>,
    /// Held for reading while a call works inside its nodes, so that they are not removed meanwhile.
    pub(super) in_use: tokio::sync::RwLock<()>,
    /// Held while a call changes what is deployed in it.
    pub(super) deploying: tokio::sync::Mutex<()>,
    /// One for each call that executes commands in its nodes: every command is processes of the machine.
    pub(super) commands: tokio::sync::Semaphore,
    /// Set when the environment is being deleted; nothing is started from then on.
    deleting: watch::Sender<bool>,
    controllers: Mutex<BTreeMap<NodeId, NodeController>>,
    pub(super) samples: Mutex<Samples>,
}

/// Permission to change what runs; the server does not close while one is held.
pub struct OperationGuard(#[expect(dead_code, reason = "held, never looked at")] OwnedRwLockReadGuard<()>);

impl Manager {
    /// A manager with nothing running. Failures of node controllers come through the channel.
    pub fn new(engine: Arc<dyn Engine>) -> (Manager, mpsc::UnboundedReceiver<Arc<Failure>>) {
        let (failed, failures) = mpsc::unbounded_channel();
        let manager = Manager {
            engine,
            slots: Mutex::default(),
            failed,
            file_turns: FileTurns::default(),
            gate: Arc::default(),
            closing: watch::Sender::new(false),
        };
        (manager, failures)
    }

    /// Lets a change begin.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the server is closing.
    pub fn enter(&self) -> Result<OperationGuard> {
        match self.gate.clone().try_read_owned() {
            Ok(guard) if !*self.closing.borrow() => Ok(OperationGuard(guard)),
            _ => Err(Error::Unavailable),
        }
    }

    /// Refuses new operations and returns when all that had begun have ended.
    pub async fn close(&self) {
        self.closing.send_replace(true);
        drop(self.gate.write().await);
    }

    /// Waits until the server closes.
    pub async fn closing(&self) {
        let mut closing = self.closing.subscribe();
        let _ = closing.wait_for(|closing| *closing).await;
    }

    /// The environment's slot; one for as long as the environment exists.
    pub(super) fn slot(&self, environment: &Environment) -> Arc<Slot> {
        lock(&self.slots).entry(environment.id).or_default().clone()
    }

    /// All slots.
    pub(super) fn slots(&self) -> Vec<(EnvironmentId, Arc<Slot>)> {
        lock(&self.slots).iter().map(|(id, slot)| (*id, slot.clone())).collect()
    }

    /// Forgets a deleted environment.
    pub fn forget(&self, id: EnvironmentId) {
        lock(&self.slots).remove(&id);
    }

    /// The environment that a node belongs to, and its slot, while it has a controller.
    pub(super) fn slot_of_node(&self, node: NodeId) -> Option<(EnvironmentId, Arc<Slot>)> {
        self.slots().into_iter().find(|(_, slot)| lock(&slot.controllers).contains_key(&node))
    }

    /// Starts controllers for these nodes; all running ones are stopped before.
    pub async fn start_nodes(&self, slot: &Slot, nodes: Vec<NodePlan>, settings: &Settings) {
        slot.stop_nodes(settings.stop_grace).await;
        self.start_more(slot, nodes, settings);
    }

    /// Starts controllers for these nodes, which had none, beside the running ones.
    pub fn start_more(&self, slot: &Slot, nodes: Vec<NodePlan>, settings: &Settings) {
        for node in nodes {
            let id = node.spec.id;
            let (engine, failed) = (self.engine.clone(), self.failed.clone());
            let controller = NodeController::start(engine, node, settings.restarts, settings.stop_grace, failed);
            lock(&slot.controllers).insert(id, controller);
        }
    }

    /// Lets a change begin only where the engine of each node answers: nothing is begun that would wait for it.
    ///
    /// # Errors
    /// [`Error::EngineAway`].
    pub fn ensure_reachable(&self, environment: &Environment) -> Result<()> {
        match environment.nodes().find_map(|node| self.engine.away(&node.spec(&environment.name))) {
            Some(why) => Err(Error::EngineAway(why)),
            None => Ok(()),
        }
    }

    /// Gives each node the status that it has by itself.
    pub fn fill_in(&self, environment: &mut Environment) {
        let name = environment.name.clone();
        let away: Vec<NodeId> = environment
            .nodes()
            .filter(|node| self.engine.away(&node.spec(&name)).is_some())
            .map(|node| node.id)
            .collect();
        self.fill_in_known(environment);
        if away.is_empty() {
            return;
        }
        environment.status = EnvStatus::Unknown;
        for node in environment.layers.iter_mut().flat_map(|layer| &mut layer.nodes) {
            if away.contains(&node.id) {
                node.status = EnvStatus::Unknown;
            }
        }
    }

    fn fill_in_known(&self, environment: &mut Environment) {
        if !matches!(environment.status, EnvStatus::Running | EnvStatus::Launching) {
            return;
        }
        let Some(slot) = lock(&self.slots).get(&environment.id).cloned() else { return };
        let controllers = lock(&slot.controllers);
        for node in environment.layers.iter_mut().flat_map(|layer| &mut layer.nodes) {
            if let Some(controller) = controllers.get(&node.id) {
                node.status = match controller.state() {
                    NodeState::Ready => EnvStatus::Running,
                    NodeState::Starting | NodeState::Pausing => EnvStatus::Launching,
                    NodeState::Stopped => EnvStatus::Stopped,
                    NodeState::Failed(_) => EnvStatus::Broken,
                };
            }
        }
    }
}

impl Default for Slot {
    fn default() -> Slot {
        Slot {
            op_lock: tokio::sync::Mutex::default(),
            in_use: tokio::sync::RwLock::default(),
            deploying: tokio::sync::Mutex::default(),
            commands: tokio::sync::Semaphore::new(COMMANDS_AT_ONCE),
            deleting: watch::Sender::new(false),
            controllers: Mutex::default(),
            samples: Mutex::default(),
        }
    }
}

impl Slot {
    /// Marks the environment as being deleted; whatever waits for its nodes stops waiting.
    pub fn mark_deleting(&self) {
        self.deleting.send_replace(true);
    }

    /// Whether it is being deleted.
    pub fn is_deleting(&self) -> bool {
        *self.deleting.borrow()
    }

    /// Waits until it is being deleted.
    pub async fn deleting(&self) {
        let mut deleting = self.deleting.subscribe();
        let _ = deleting.wait_for(|deleting| *deleting).await;
    }

    /// The state of each node that has a controller.
    pub fn watches(&self) -> Vec<(NodeId, watch::Receiver<NodeState>)> {
        lock(&self.controllers).iter().map(|(id, controller)| (*id, controller.watch())).collect()
    }

    /// Restarts a node with this plan; false when it has no controller that could.
    pub async fn restart(&self, node: NodePlan) -> bool {
        let started = lock(&self.controllers).get(&node.spec.id).map(|controller| controller.restart(node));
        match started {
            Some(started) => started.await,
            None => false,
        }
    }

    /// Stops these nodes; nothing of them is left at the answer.
    pub async fn stop_some(&self, nodes: &[NodeId], grace: Duration) {
        let controllers: Vec<_> = nodes.iter().filter_map(|node| lock(&self.controllers).remove(node)).collect();
        futures::future::join_all(controllers.into_iter().map(|controller| controller.stop(grace))).await;
    }

    /// Stops all nodes at once; nothing of them is left at the answer.
    pub async fn stop_nodes(&self, grace: Duration) {
        let controllers = std::mem::take(&mut *lock(&self.controllers));
        futures::future::join_all(controllers.into_values().map(|controller| controller.stop(grace))).await;
    }
}
