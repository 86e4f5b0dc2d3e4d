//! The keeper of one node: starts it, watches it, starts it again when it ends by itself, and gives up when it keeps
//! ending.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::model::Failure;
use crate::engine::{Engine, EngineError, Exit, NodeSpec, Started};
use crate::ids::NodeId;
use crate::settings::Restarts;
use crate::types::text::is_hidden;

/// How many lines are kept of the log of a node that gave up.
const LAST_LINES: usize = 20;
const LAST_BYTES: u64 = 8 * 1024;

/// How often a node's port is tried while it starts.
const TRY: Duration = Duration::from_millis(20);

/// When a node counts as up although its port does not answer: a slow program, and one whose owner replaced its command.
const SLOWEST_START: Duration = Duration::from_secs(10);
const SLOWEST_COMMAND: Duration = Duration::from_secs(1);

/// A node without a port counts as up when it lived for so long.
const STEADY: Duration = Duration::from_millis(300);

/// How a node is doing.
#[derive(Clone, Debug)]
pub enum NodeState {
    /// Its process was started or is about to be, and does not answer yet.
    Starting,
    /// It answers on its port, or has none and lives.
    Ready,
    /// It ended by itself and will be started again.
    Pausing,
    /// It was stopped.
    Stopped,
    /// It kept ending and is not started again.
    Failed(Arc<Failure>),
}

/// What to run and how to tell that it is up.
#[derive(Clone, Debug)]
pub struct Kept {
    pub spec: NodeSpec,
    /// Whether the image answers on the node's port.
    pub listens: bool,
}

enum Order {
    Stop(Duration),
    Restart(Box<Kept>, oneshot::Sender<()>),
}

/// The handle of a node's keeper. Dropped, it stops the node at once.
#[derive(Debug)]
pub struct Keeper {
    orders: mpsc::UnboundedSender<Order>,
    state: watch::Receiver<NodeState>,
    task: JoinHandle<()>,
}

impl Keeper {
    /// Starts the node and keeps it up. What it gives up on goes to `failed`.
    pub fn start(
        engine: Arc<dyn Engine>,
        node: Kept,
        restarts: Restarts,
        grace: Duration,
        failed: mpsc::UnboundedSender<Arc<Failure>>,
    ) -> Keeper {
        let (orders, received) = mpsc::unbounded_channel();
        let (tell, state) = watch::channel(NodeState::Starting);
        let keeping = Keeping { engine, node, restarts, grace, orders: received, state: tell, failed, failures: 0 };
        Keeper { orders, state, task: tokio::spawn(keeping.keep()) }
    }

    /// How the node is doing.
    pub fn state(&self) -> NodeState {
        self.state.borrow().clone()
    }

    /// Tells how the node is doing.
    pub fn watch(&self) -> watch::Receiver<NodeState> {
        self.state.clone()
    }

    /// Stops the node; nothing of it is left at the answer.
    pub async fn stop(self, grace: Duration) {
        // A keeper that gave up takes no orders, and has stopped its node.
        let _ = self.orders.send(Order::Stop(grace));
        let _ = self.task.await;
    }

    /// Stops the node and starts it as this; answers once it is starting. False when the keeper gave up before.
    pub fn restart(&self, node: Kept) -> impl Future<Output = bool> + Send + use<> {
        let (taken, begun) = oneshot::channel();
        let sent = self.orders.send(Order::Restart(Box::new(node), taken)).is_ok();
        async move { sent && begun.await.is_ok() }
    }
}

/// Waits until the node is up, or will not be.
///
/// # Errors
/// Why it gave up; none when it was stopped meanwhile.
pub async fn until_up(mut state: watch::Receiver<NodeState>) -> Result<(), Option<Arc<Failure>>> {
    let settled =
        state.wait_for(|state| matches!(state, NodeState::Ready | NodeState::Stopped | NodeState::Failed(_))).await;
    match settled.as_deref() {
        Ok(NodeState::Ready) => Ok(()),
        Ok(NodeState::Failed(failure)) => Err(Some(failure.clone())),
        _ => Err(None),
    }
}

struct Keeping {
    engine: Arc<dyn Engine>,
    node: Kept,
    restarts: Restarts,
    grace: Duration,
    orders: mpsc::UnboundedReceiver<Order>,
    state: watch::Sender<NodeState>,
    failed: mpsc::UnboundedSender<Arc<Failure>>,
    /// In a row.
    failures: u32,
}

/// What made a keeper turn away from a running or pausing node.
enum Turn {
    Ended { why: String, ran: Duration },
    Ordered(Option<Order>),
}

impl Keeping {
    async fn keep(mut self) {
        loop {
            self.state.send_replace(NodeState::Starting);
            let turn = match self.engine.start(&self.node.spec).await {
                Ok(started) => self.attend(started).await,
                Err(error) if error.is_passing() => Turn::Ended { why: error.to_string(), ran: Duration::ZERO },
                Err(error) => return self.give_up(error).await,
            };
            let order = match turn {
                Turn::Ordered(order) => order,
                Turn::Ended { why, ran } => {
                    self.failures = if ran >= self.restarts.well { 1 } else { self.failures + 1 };
                    if self.failures >= self.restarts.failures {
                        return self.give_up(why).await;
                    }
                    self.state.send_replace(NodeState::Pausing);
                    tokio::select! {
                        () = sleep(self.pause()) => continue,
                        order = self.orders.recv() => order,
                    }
                }
            };
            match order {
                Some(Order::Restart(node, taken)) => {
                    self.stop(self.grace).await;
                    self.node = *node;
                    self.failures = 0;
                    self.state.send_replace(NodeState::Starting);
                    let _ = taken.send(());
                }
                Some(Order::Stop(grace)) => return self.end(grace).await,
                None => return self.end(Duration::ZERO).await,
            }
        }
    }

    /// Stays with a running node until it ends or something is to be done.
    async fn attend(&mut self, started: Started) -> Turn {
        let begun = Instant::now();
        let mut exited = started.exited;
        let ended =
            |exit: Result<Exit, _>| Turn::Ended { why: exit.unwrap_or(Exit::Unseen).to_string(), ran: begun.elapsed() };
        tokio::select! {
            exit = &mut exited => return ended(exit),
            order = self.orders.recv() => return Turn::Ordered(order),
            () = is_up(&self.node) => {}
        }
        self.state.send_replace(NodeState::Ready);
        tokio::select! {
            exit = &mut exited => ended(exit),
            order = self.orders.recv() => Turn::Ordered(order),
        }
    }

    fn pause(&self) -> Duration {
        let doubled = self.restarts.pause.saturating_mul(1 << (self.failures.clamp(1, 20) - 1));
        doubled.min(self.restarts.longest_pause)
    }

    async fn stop(&self, grace: Duration) {
        if let Err(error) = self.engine.stop(self.node.spec.id, grace).await {
            tracing::error!(node = %self.node.spec.id, %error, "a node could not be stopped");
        }
    }

    async fn end(self, grace: Duration) {
        self.stop(grace).await;
        self.state.send_replace(NodeState::Stopped);
    }

    async fn give_up(self, why: impl std::fmt::Display) {
        let id = self.node.spec.id;
        let failure = Arc::new(Failure { node: id, reason: why.to_string(), last_lines: self.last_lines(id).await });
        self.state.send_replace(NodeState::Failed(failure.clone()));
        let _ = self.failed.send(failure);
    }

    async fn last_lines(&self, node: NodeId) -> Vec<String> {
        let read: Result<_, EngineError> =
            self.engine.read_log(node, crate::engine::CURRENT_LOG, None, LAST_BYTES).await;
        let text = read.map(|part| part.text).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        let shown = |line: &&str| line.chars().filter(|c| !is_hidden(*c)).take(500).collect();
        lines[lines.len().saturating_sub(LAST_LINES)..].iter().map(shown).collect()
    }
}

/// Returns when the node can be taken to be up.
async fn is_up(node: &Kept) {
    if !node.listens {
        return sleep(STEADY).await;
    }
    let longest = if node.spec.command.is_some() { SLOWEST_COMMAND } else { SLOWEST_START };
    let answers = async {
        while TcpStream::connect(("127.0.0.1", node.spec.port)).await.is_err() {
            sleep(TRY).await;
        }
    };
    let _ = timeout(longest, answers).await;
}
