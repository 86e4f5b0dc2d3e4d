//! What the server and a node's supervisor say to each other: one JSON text a line, over the supervisor's standard input
//! and output. Nothing of it stands on a command line, where others could read it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::Exit;

/// The argument by which the program knows that it is to be a supervisor.
pub const SUPERVISE_NODE: &str = "supervise-node";

/// The first line to the supervisor: what to run, and how.
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
    /// Whether it must be confined by Landlock.
    pub landlock: bool,
    /// What it may read and execute besides the system's own files.
    pub read: Vec<PathBuf>,
    /// How much memory each of its processes may take, in bytes.
    pub memory: u64,
    /// The grace time, in milliseconds, when the server is gone.
    pub orphan_grace: u64,
    /// Set for a command that somebody waits for: its output is reported instead of logged.
    pub capture: Option<Capture>,
}

/// What becomes of the output of a command that somebody waits for.
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
}

/// What the supervisor says.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// The node's first process runs; it leads a session of its own.
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
