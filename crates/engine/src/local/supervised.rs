//! The server's end of one supervisor.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{Mutex, oneshot, watch};

use super::proc::{self, Process};
use super::protocol::{Assignment, Job, Order, Report, SUPERVISE_NODE};
use crate::{EngineError, Exit};

/// How long a supervisor may take beyond the grace time before it is helped.
const OVERDUE: Duration = Duration::from_secs(5);

/// How often it is looked whether the last process of a node whose supervisor was killed is gone.
const RELEASE: Duration = Duration::from_millis(2);

/// How long a supervisor may take until it says that the node's process runs.
const STARTING: Duration = Duration::from_secs(10);

/// A node's supervisor, and with it everything of the node that lives. When this is dropped the supervisor sees the end
/// of its input and ends the node.
pub struct Supervised {
    pid: i32,
    /// The node's first process, which leads its session; within walls the one that has all others below it.
    leader: i32,
    walled: bool,
    orders: Mutex<ChildStdin>,
    gone: watch::Receiver<bool>,
}

/// How it came to an end.
#[derive(Debug)]
pub struct Ended {
    pub exit: Exit,
    /// What was captured of its output.
    pub out: String,
    pub err: String,
}

impl Supervised {
    /// Starts a supervisor and the node under it.
    ///
    /// # Errors
    /// [`EngineError::Failed`] saying why the node could not be started; nothing of it is left.
    pub async fn start(program: &Path, job: &Job) -> Result<(Arc<Supervised>, oneshot::Receiver<Exit>), EngineError> {
        let (supervised, ended) = Supervised::run(program, job).await?;
        let (tell_exit, exited) = oneshot::channel();
        tokio::spawn(async move {
            if let Ok(Ended { exit, .. }) = ended.await {
                let _ = tell_exit.send(exit);
            }
        });
        Ok((supervised, exited))
    }

    /// As [`Supervised::start`]; what was captured comes with the end.
    ///
    /// # Errors
    /// As [`Supervised::start`].
    pub async fn run(program: &Path, job: &Job) -> Result<(Arc<Supervised>, oneshot::Receiver<Ended>), EngineError> {
        let mut child = Command::new(program)
            .arg0("keyrack")
            .arg(SUPERVISE_NODE)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // Not in the terminal's group: Ctrl-C is for the server, which then ends its nodes in order.
            .process_group(0)
            .spawn()
            .map_err(|error| EngineError::Failed(format!("no supervisor can be started: {error}")))?;
        let missing = || EngineError::Failed("the supervisor's streams are missing".to_owned());
        let mut orders = child.stdin.take().ok_or_else(missing)?;
        let mut reports = BufReader::new(child.stdout.take().ok_or_else(missing)?).lines();
        let pid = child.id().ok_or_else(missing)? as i32;

        // From here on an early return drops the orders' end, and the supervisor ends the node.
        send(&mut orders, &Assignment::Run(job.clone())).await?;
        let first = tokio::time::timeout(STARTING, next(&mut reports)).await.ok().flatten();
        let leader = match first {
            Some(Report::Started { pid }) => pid,
            Some(Report::Failed { why }) => {
                let _ = child.wait().await;
                return Err(EngineError::Failed(why));
            }
            Some(Report::Exited { .. } | Report::Examined(_)) | None => {
                drop(orders);
                let _ = child.start_kill();
                let _ = child.wait().await;
                return Err(EngineError::Failed("the supervisor could not start the node".to_owned()));
            }
        };
        let (tell_end, ended) = oneshot::channel();
        let (tell_gone, gone) = watch::channel(false);
        let walled = job.walls.is_some();
        let supervised = Arc::new(Supervised { pid, leader, walled, orders: Mutex::new(orders), gone });
        let lock = job.lock.clone();
        tokio::spawn(async move {
            let ended = watch_over(child, reports, leader, lock).await;
            let _ = tell_gone.send(true);
            let _ = tell_end.send(ended);
        });
        Ok((supervised, ended))
    }

    /// The node's processes, as they are now.
    pub fn processes(&self) -> Vec<Process> {
        proc::descendants(if self.walled { self.leader } else { self.pid })
    }

    /// Limits the memory of all of them together, to so many bytes.
    pub async fn limit(&self, memory: u64) {
        self.order(Order::Limit { memory }).await;
    }

    /// Lets the node reach another one of its environment, which has this port.
    pub async fn reach(&self, port: u16) {
        self.order(Order::Reach { port }).await;
    }

    /// Takes that back.
    pub async fn leave(&self, port: u16) {
        self.order(Order::Leave { port }).await;
    }

    /// A supervisor that cannot be written to is gone or about to be.
    async fn order(&self, order: Order) {
        let _ = send(&mut *self.orders.lock().await, &order).await;
    }

    /// Whether anything of the node may still live.
    pub fn lives(&self) -> bool {
        !*self.gone.borrow()
    }

    /// Ends the node and returns when nothing of it is left.
    ///
    /// # Errors
    /// [`EngineError::Failed`] when something would not end.
    pub async fn stop(&self, grace: Duration) -> Result<(), EngineError> {
        self.order(Order::Stop { grace: grace.as_millis() as u64 }).await;
        if self.gone_within(grace + OVERDUE).await {
            return Ok(());
        }
        tracing::warn!(supervisor = self.pid, "a supervisor is overdue and is ended together with its node");
        for process in proc::descendants(self.pid) {
            kill(process.pid);
        }
        kill(self.pid);
        sweep(self.leader);
        if self.gone_within(OVERDUE).await {
            Ok(())
        } else {
            Err(EngineError::Failed("the node's processes cannot be ended".to_owned()))
        }
    }

    async fn gone_within(&self, time: Duration) -> bool {
        let mut gone = self.gone.clone();
        tokio::time::timeout(time, gone.wait_for(|gone| *gone)).await.is_ok()
    }
}

/// Waits for the supervisor's last word and its end.
async fn watch_over(mut child: Child, mut reports: Lines<BufReader<ChildStdout>>, leader: i32, lock: PathBuf) -> Ended {
    let mut ended = None;
    while let Some(report) = next(&mut reports).await {
        let exit = report.exit();
        if let Report::Exited { out, err, .. } = report {
            ended = Some(Ended { exit, out, err });
        }
    }
    let _ = child.wait().await;
    if let Some(ended) = ended {
        return ended;
    }
    // The supervisor was killed. The kernel ends the first process with it, and within walls all others; those without are
    // found by session.
    sweep(leader);
    let until = Instant::now() + OVERDUE;
    while is_held(&lock) && Instant::now() < until {
        tokio::time::sleep(RELEASE).await;
    }
    Ended { exit: Exit::Unseen, out: String::new(), err: String::new() }
}

/// Whether a process holds this lock: a supervisor, or the first process within the walls that it built.
pub fn is_held(lock: &Path) -> bool {
    File::open(lock).is_ok_and(|file| flock(&file, FlockOperation::NonBlockingLockShared).is_err())
}

/// Ends what is left of a node's session.
fn sweep(leader: i32) {
    for process in proc::all() {
        if process.session == leader {
            kill(process.pid);
        }
    }
}

fn kill(pid: i32) {
    if let Some(pid) = Pid::from_raw(pid) {
        let _ = kill_process(pid, Signal::KILL);
    }
}

async fn send(orders: &mut ChildStdin, message: &impl serde::Serialize) -> Result<(), EngineError> {
    let mut line = serde_json::to_vec(message).map_err(|error| EngineError::Failed(error.to_string()))?;
    line.push(b'\n');
    orders.write_all(&line).await?;
    Ok(orders.flush().await?)
}

/// The supervisor's next word; none at the end of its output.
async fn next(reports: &mut Lines<BufReader<ChildStdout>>) -> Option<Report> {
    let line = reports.next_line().await.ok().flatten()?;
    serde_json::from_str(&line).ok()
}
