//! The controller of one node: starts it, watches it, restarts it when it ends by itself, and gives up when it keeps ending.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::model::Failure;
use keyrack_core::settings::Restarts;
use keyrack_engine::{Engine, EngineError, Exit, NodeRun, NodeSpec, Started};
use keyrack_types::ids::NodeId;
use keyrack_types::text::is_hidden;

/// Number of log lines that are kept of a node that failed.
const LAST_LINES: usize = 20;
const LAST_BYTES: u64 = 8 * 1024;

/// When a node counts as up although its port does not answer: a slow program, and one whose owner replaced its command.
const SLOWEST_START: Duration = Duration::from_secs(10);
const SLOWEST_COMMAND: Duration = Duration::from_secs(1);

/// How often an engine that is away is asked again.
const AWAY: Duration = Duration::from_secs(1);

/// A node without a port counts as up when it lived for so long.
const STEADY: Duration = Duration::from_millis(300);

/// The state of a node.
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
pub struct NodePlan {
    pub spec: NodeSpec,
    /// Whether the image answers on the node's port.
    pub listens: bool,
}

enum Command {
    Stop(Duration),
    Restart(Box<NodePlan>, oneshot::Sender<()>),
}

/// The handle of a node's control loop. Dropped, it stops the node at once.
#[derive(Debug)]
pub struct NodeController {
    commands: mpsc::UnboundedSender<Command>,
    state: watch::Receiver<NodeState>,
    task: JoinHandle<()>,
}

impl NodeController {
    /// Starts the node and keeps it running. When it gives up, the failure goes to `failed`.
    pub fn start(
        engine: Arc<dyn Engine>,
        node: NodePlan,
        restarts: Restarts,
        grace: Duration,
        failed: mpsc::UnboundedSender<Arc<Failure>>,
    ) -> NodeController {
        let (commands, received) = mpsc::unbounded_channel();
        let (tell, state) = watch::channel(NodeState::Starting);
        let control_loop =
            ControlLoop { engine, node, restarts, grace, commands: received, state: tell, failed, failures: 0 };
        NodeController { commands, state, task: tokio::spawn(control_loop.run()) }
    }

    /// The state of the node.
    pub fn state(&self) -> NodeState {
        self.state.borrow().clone()
    }

    /// Watches the state of the node.
    pub fn watch(&self) -> watch::Receiver<NodeState> {
        self.state.clone()
    }

    /// Stops the node; nothing of it is left at the answer.
    pub async fn stop(self, grace: Duration) {
        // A control loop that gave up receives no commands, and has stopped its node.
        let _ = self.commands.send(Command::Stop(grace));
        let _ = self.task.await;
    }

    /// Restarts the node with this plan; returns once it is starting. False when the control loop gave up before.
    pub fn restart(&self, node: NodePlan) -> impl Future<Output = bool> + Send + use<> {
        let (accepted, began) = oneshot::channel();
        let sent = self.commands.send(Command::Restart(Box::new(node), accepted)).is_ok();
        async move { sent && began.await.is_ok() }
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

struct ControlLoop {
    engine: Arc<dyn Engine>,
    node: NodePlan,
    restarts: Restarts,
    grace: Duration,
    commands: mpsc::UnboundedReceiver<Command>,
    state: watch::Sender<NodeState>,
    failed: mpsc::UnboundedSender<Arc<Failure>>,
    /// Consecutive failures.
    failures: u32,
}

/// What interrupted the control loop of a running or pausing node.
enum Turn {
    Ended { why: String, ran: Duration },
    Commanded(Option<Command>),
}

impl ControlLoop {
    async fn run(mut self) {
        loop {
            self.state.send_replace(NodeState::Starting);
            let turn = match self.engine.start(&self.node.spec).await {
                Ok(started) => self.attend(started).await,
                // That is no failure of the node's: it waits.
                Err(EngineError::Away(_)) => {
                    self.state.send_replace(NodeState::Pausing);
                    tokio::select! {
                        () = sleep(AWAY) => continue,
                        command = self.commands.recv() => Turn::Commanded(command),
                    }
                }
                Err(error) if error.is_passing() => Turn::Ended { why: error.to_string(), ran: Duration::ZERO },
                Err(error) => return self.give_up(error).await,
            };
            let command = match turn {
                Turn::Commanded(command) => command,
                Turn::Ended { why, ran } => {
                    self.failures = if ran >= self.restarts.well { 1 } else { self.failures + 1 };
                    if self.failures >= self.restarts.failures {
                        return self.give_up(why).await;
                    }
                    self.state.send_replace(NodeState::Pausing);
                    tokio::select! {
                        () = sleep(self.pause()) => continue,
                        command = self.commands.recv() => command,
                    }
                }
            };
            match command {
                Some(Command::Restart(node, accepted)) => {
                    self.stop(self.grace).await;
                    self.node = *node;
                    self.failures = 0;
                    self.state.send_replace(NodeState::Starting);
                    let _ = accepted.send(());
                }
                Some(Command::Stop(grace)) => return self.end(grace).await,
                None => return self.end(Duration::ZERO).await,
            }
        }
    }

    /// Watches a running node until it ends or a command arrives.
    async fn attend(&mut self, started: Started) -> Turn {
        let began = Instant::now();
        let mut exited = started.exited;
        let ended =
            |exit: Result<Exit, _>| Turn::Ended { why: exit.unwrap_or(Exit::Unseen).to_string(), ran: began.elapsed() };
        tokio::select! {
            exit = &mut exited => return ended(exit),
            command = self.commands.recv() => return Turn::Commanded(command),
            () = is_up(&*self.engine, &self.node) => {}
        }
        // One that has ended already is not up, however long it takes to say how.
        if self.engine.status(self.node.spec.id).await == NodeRun::Running {
            self.state.send_replace(NodeState::Ready);
        }
        tokio::select! {
            exit = &mut exited => ended(exit),
            command = self.commands.recv() => Turn::Commanded(command),
        }
    }

    fn pause(&self) -> Duration {
        let doubled = self.restarts.pause.saturating_mul(1 << (self.failures.clamp(1, 20) - 1));
        doubled.min(self.restarts.longest_pause)
    }

    async fn stop(&self, grace: Duration) {
        loop {
            match self.engine.stop(self.node.spec.id, grace).await {
                Ok(()) => return,
                // It may well run: it has stopped once its engine says so.
                Err(EngineError::Away(_)) => sleep(AWAY).await,
                Err(error) => {
                    return tracing::error!(node = %self.node.spec.id, %error, "a node could not be stopped");
                }
            }
        }
    }

    async fn end(self, grace: Duration) {
        self.stop(grace).await;
        self.state.send_replace(NodeState::Stopped);
    }

    async fn give_up(self, why: impl std::fmt::Display) {
        let id = self.node.spec.id;
        let failure = Arc::new(Failure { last_lines: self.last_lines(id).await, ..Failure::of(id, why) });
        self.state.send_replace(NodeState::Failed(failure.clone()));
        let _ = self.failed.send(failure);
    }

    async fn last_lines(&self, node: NodeId) -> Vec<String> {
        let read: Result<_, EngineError> =
            self.engine.read_log(node, keyrack_engine::CURRENT_LOG, None, LAST_BYTES).await;
        let text = read.map(|part| part.text).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        let shown = |line: &&str| line.chars().filter(|c| !is_hidden(*c)).take(500).collect();
        lines[lines.len().saturating_sub(LAST_LINES)..].iter().map(shown).collect()
    }
}

/// Returns when the node can be taken to be up.
async fn is_up(engine: &dyn Engine, node: &NodePlan) {
    if !node.listens {
        return sleep(STEADY).await;
    }
    let longest = if node.spec.command.is_some() { SLOWEST_COMMAND } else { SLOWEST_START };
    let _ = timeout(longest, engine.until_answers(&node.spec)).await;
}
