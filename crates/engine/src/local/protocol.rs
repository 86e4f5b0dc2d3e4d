//! What the server and a node's supervisor say to each other: one JSON text a line, over the supervisor's standard input
//! and output. Nothing of it is on a command line, where others could read it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::wall::Wall;
use crate::Exit;

/// The argument by which the program knows that it is to be a supervisor.
pub const SUPERVISE_NODE: &str = "supervise-node";

/// The first line to the supervisor.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assignment {
    /// Run this node.
    Run(Job),
    /// Find out whether walls can be built for such a node; nothing runs. Each by itself is only looked at when that is
    /// asked for, or when something is missing.
    Examine { job: Job, each: bool },
}

/// What to run, and how.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    /// The program: a path or a name in the node's `PATH`. None = the supervisor's own program.
    pub program: Option<PathBuf>,
    pub args: Vec<String>,
    /// The whole environment of the process.
    pub variables: BTreeMap<String, String>,
    /// Its working folder and home.
    pub folder: PathBuf,
    /// Where its output is kept.
    pub log: PathBuf,
    /// Size in bytes at which the log is turned over.
    pub log_limit: u64,
    /// Held locked for as long as anything of the node may live.
    pub lock: PathBuf,
    /// The user id that it gets.
    pub uid: Option<u32>,
    /// The walls around it; None where they cannot be built.
    pub walls: Option<Walls>,
    /// What it may read and execute besides the system's own files.
    pub read: Vec<PathBuf>,
    /// How much memory it may take, in bytes: each of its processes, and within walls all of them together.
    pub memory: u64,
    /// Set for a command whose output is waited for: it is reported instead of logged.
    pub capture: Option<Capture>,
}

/// What a node within walls is given of the world outside.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Walls {
    /// The data folder, of which it sees its own folder only.
    pub data: PathBuf,
    /// The name of its machine.
    pub host: String,
    pub network: Network,
    /// The control group that it runs in, where it has one.
    pub cgroup: Option<PathBuf>,
}

/// The network of a node within walls.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// A loopback of its own. Connections to `port` of the machine's loopback are handed in to it, and its own to
    /// `reach` are handed out: those are ports of nodes of its environment.
    Own { port: Option<u16>, reach: Vec<u16> },
    /// The machine's: the operator opened it. Where Landlock can, it binds this port only.
    Machine { port: Option<u16> },
}

/// What becomes of the output of a command that is waited for.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Capture {
    /// The most bytes that are kept of each of the two streams; what is more is read and thrown away.
    pub limit: usize,
    /// Whether every question is answered with “y”.
    pub say_yes: bool,
}

/// Every later line to the supervisor. The end of the input means that the server is gone.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// End the node, with this grace time in milliseconds.
    Stop { grace: u64 },
    /// Limit its memory to so many bytes.
    Limit { memory: u64 },
    /// Let it reach the node of its environment that has this port.
    Reach { port: u16 },
    /// The port is no longer one of its environment.
    Leave { port: u16 },
}

/// What the supervisor answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// The node runs. Its first process leads a session of its own; within walls this is the process that has all
    /// others below it, and ends them with itself.
    Started { pid: i32 },
    /// It could not be started, and why. The last line.
    Failed { why: String },
    /// Nothing of the node is left. The last line.
    Exited {
        code: Option<i32>,
        signal: Option<i32>,
        /// What was captured; bytes that are no UTF-8 are replaced.
        #[serde(default)]
        out: String,
        #[serde(default)]
        err: String,
    },
    /// What an examination found. The last line.
    Examined(Vec<Wall>),
}

impl Report {
    /// How it ended, in the engine's words.
    pub fn exit(&self) -> Exit {
        match self {
            Report::Exited { code: Some(code), .. } => Exit::Code(*code),
            Report::Exited { signal: Some(signal), .. } => Exit::Signal(*signal),
            _ => Exit::Unseen,
        }
    }
}
