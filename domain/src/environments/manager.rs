//! What runs: the keepers of all environments, and who may touch them now.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{OwnedRwLockReadGuard, RwLock, mpsc, watch};

use super::file_turns::FileTurns;
use super::keeper::{Keeper, Kept, NodeState};
pub(super) use super::lock::lock;
use super::model::{Environment, Failure};
use super::samples::Samples;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::ids::{EnvironmentId, NodeId};
use crate::settings::Settings;
use crate::types::environments::EnvStatus;

/// So many calls at once can execute commands in one environment.
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
    /// Held by whoever starts or stops its nodes.
    pub(super) turn: tokio::sync::Mutex<()>,
    /// Held for reading by whoever works inside its nodes, so that they are not removed meanwhile.
    pub(super) hands: tokio::sync::RwLock<()>,
    /// Held by whoever changes what is deployed in it.
    pub(super) deploying: tokio::sync::Mutex<()>,
    /// One for each call that executes commands in its nodes: every command is processes of the machine.
    pub(super) commands: tokio::sync::Semaphore,
    /// Set when it is to go; nothing is started any more then.
    gone: watch::Sender<bool>,
    keepers: Mutex<BTreeMap<NodeId, Keeper>>,
    pub(super) samples: Mutex<Samples>,
}

/// Permission to change what runs; the server does not close while anybody holds one.
pub struct Entered(#[expect(dead_code, reason = "held, never looked at")] OwnedRwLockReadGuard<()>);

impl Manager {
    /// Nothing runs yet. What keepers give up on comes through the channel.
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
    pub fn enter(&self) -> Result<Entered> {
        match self.gate.clone().try_read_owned() {
            Ok(guard) if !*self.closing.borrow() => Ok(Entered(guard)),
            _ => Err(Error::Unavailable),
        }
    }

    /// Lets nothing begin any more and returns when everything that had begun has come to a stand.
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
    pub fn slot(&self, id: EnvironmentId) -> Arc<Slot> {
        lock(&self.slots).entry(id).or_default().clone()
    }

    /// All slots.
    pub fn slots(&self) -> Vec<(EnvironmentId, Arc<Slot>)> {
        lock(&self.slots).iter().map(|(id, slot)| (*id, slot.clone())).collect()
    }

    /// Forgets a deleted environment.
    pub fn forget(&self, id: EnvironmentId) {
        lock(&self.slots).remove(&id);
    }

    /// The environment that a node belongs to, while it has a keeper.
    pub fn environment_of(&self, node: NodeId) -> Option<EnvironmentId> {
        self.slots().into_iter().find(|(_, slot)| lock(&slot.keepers).contains_key(&node)).map(|(id, _)| id)
    }

    /// Starts keepers for these nodes; those that had one are stopped before.
    pub async fn start_nodes(&self, slot: &Slot, nodes: Vec<Kept>, settings: &Settings) {
        slot.stop_nodes(settings.stop_grace).await;
        self.start_more(slot, nodes, settings);
    }

    /// Starts keepers for these nodes, which had none, beside those that there are.
    pub fn start_more(&self, slot: &Slot, nodes: Vec<Kept>, settings: &Settings) {
        for node in nodes {
            let id = node.spec.id;
            let (engine, failed) = (self.engine.clone(), self.failed.clone());
            let keeper = Keeper::start(engine, node, settings.restarts, settings.stop_grace, failed);
            lock(&slot.keepers).insert(id, keeper);
        }
    }

    /// Gives each node the status that it has by itself.
    pub fn fill_in(&self, environment: &mut Environment) {
        if !matches!(environment.status, EnvStatus::Running | EnvStatus::Launching) {
            return;
        }
        let Some(slot) = lock(&self.slots).get(&environment.id).cloned() else { return };
        let keepers = lock(&slot.keepers);
        for node in environment.layers.iter_mut().flat_map(|layer| &mut layer.nodes) {
            if let Some(keeper) = keepers.get(&node.id) {
                node.status = match keeper.state() {
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
            turn: tokio::sync::Mutex::default(),
            hands: tokio::sync::RwLock::default(),
            deploying: tokio::sync::Mutex::default(),
            commands: tokio::sync::Semaphore::new(COMMANDS_AT_ONCE),
            gone: watch::Sender::new(false),
            keepers: Mutex::default(),
            samples: Mutex::default(),
        }
    }
}

impl Slot {
    /// Says that the environment is to go; whoever waits for its nodes stops waiting.
    pub fn leave(&self) {
        self.gone.send_replace(true);
    }

    /// Whether it is to go.
    pub fn is_gone(&self) -> bool {
        *self.gone.borrow()
    }

    /// Waits until it is to go.
    pub async fn gone(&self) {
        let mut gone = self.gone.subscribe();
        let _ = gone.wait_for(|gone| *gone).await;
    }

    /// How each node with a keeper is doing.
    pub fn watches(&self) -> Vec<(NodeId, watch::Receiver<NodeState>)> {
        lock(&self.keepers).iter().map(|(id, keeper)| (*id, keeper.watch())).collect()
    }

    /// Has a node started afresh as this; false when it has no keeper that could.
    pub async fn restart(&self, node: Kept) -> bool {
        let begun = lock(&self.keepers).get(&node.spec.id).map(|keeper| keeper.restart(node));
        match begun {
            Some(begun) => begun.await,
            None => false,
        }
    }

    /// Stops these nodes; nothing of them is left at the answer.
    pub async fn stop_some(&self, nodes: &[NodeId], grace: Duration) {
        let keepers: Vec<_> = nodes.iter().filter_map(|node| lock(&self.keepers).remove(node)).collect();
        futures::future::join_all(keepers.into_iter().map(|keeper| keeper.stop(grace))).await;
    }

    /// Stops all nodes at once; nothing of them is left at the answer.
    pub async fn stop_nodes(&self, grace: Duration) {
        let keepers = std::mem::take(&mut *lock(&self.keepers));
        futures::future::join_all(keepers.into_values().map(|keeper| keeper.stop(grace))).await;
    }
}
