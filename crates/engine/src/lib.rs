//! The one seam to what runs nodes: `local` processes of this machine, or containers of Docker and Podman.
//!
//! An engine knows nodes, not environments: what should run, when to try again and what people are informed about is
//! decided above (`environments`). Everything that an engine promises is in the contract tests, which run against any
//! engine (the feature `contract`).

mod address;
#[cfg(feature = "contract")]
pub mod contract;
pub mod docker;
mod engines;
mod files;
pub mod local;
mod log_files;
mod pattern;
mod ports;

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio::sync::oneshot;

use keyrack_types::ids::NodeId;

pub use address::NodeAddress;
pub use engines::Engines;
pub use files::{Content, FileDone, FileEntry, FileKind, FileWork, LARGEST_TEXT};
pub use keyrack_types::{image::ImageRef, node_path::NodePath};
pub use pattern::{Pattern, Search, Stopped};

/// Memory that one cloudlet stands for, in bytes.
pub const CLOUDLET_MEMORY: u64 = 128 * 1024 * 1024;

/// The log that a running node writes, as [`Engine::read_log`] takes it, on every engine.
pub const CURRENT_LOG: &str = "output.log";

/// What one node is and runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeSpec {
    pub id: NodeId,
    /// Short name of its environment, shown to the node. Nodes of one environment can reach each other.
    pub environment: String,
    /// The layer that it is in, and which one it is in there, from 1: containers find each other by `db` and `db_1`.
    pub layer: String,
    pub number: u32,
    pub image: ImageRef,
    /// Which content of the image it runs, as [`Engine::fetch`] said; without it, what the tag means now.
    pub digest: Option<String>,
    /// Replaces what the image runs; handed to a shell.
    pub command: Option<String>,
    /// What its owner set, by name.
    pub variables: BTreeMap<String, String>,
    /// Where it is to answer. A process of this machine is told the port as `PORT`.
    pub address: NodeAddress,
    /// How much memory it may take, in bytes: each of its processes, or all together where the engine can hold that.
    pub memory: u64,
    /// Folders whose content outlives its container.
    pub volumes: Vec<String>,
}

impl NodeSpec {
    /// What every node is told about itself besides its own variables, which cannot replace it; `port` is where it has
    /// to listen.
    pub fn facts(&self, port: u16) -> BTreeMap<String, String> {
        BTreeMap::from([
            ("PORT".to_owned(), port.to_string()),
            ("KEYRACK_ENVIRONMENT".to_owned(), self.environment.clone()),
            ("KEYRACK_NODE".to_owned(), self.id.to_string()),
            ("KEYRACK_IMAGE".to_owned(), self.image.name.clone()),
            ("KEYRACK_TAG".to_owned(), self.image.tag.clone()),
        ])
    }
}

/// What is known of an image before a node of it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageFacts {
    /// Whether it answers on the node's port.
    pub listens: bool,
}

/// What is known of an image once it is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Names its content for ever, `sha256:…`; none where images have none.
    pub digest: Option<String>,
    /// Whether it answers on the node's port.
    pub listens: bool,
}

/// How an account signs in to registries.
#[derive(Clone, PartialEq, Eq)]
pub struct RegistryLogin {
    pub user: String,
    pub password: String,
}

impl fmt::Debug for RegistryLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RegistryLogin(…)")
    }
}

/// How an image is to be fetched.
#[derive(Clone, Copy)]
pub struct Fetch<'a> {
    pub login: Option<&'a RegistryLogin>,
    /// Whether the registry is asked although the image is here: for what the tag means now.
    pub newest: bool,
    /// Is told how far it is, in words.
    pub progress: &'a (dyn Fn(String) + Send + Sync),
}

/// Something that a node can run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The image's name without a tag.
    pub name: String,
    pub summary: String,
    /// The tags to choose from; others may be accepted too.
    pub tags: Vec<String>,
    pub listens: bool,
}

/// A node's process has been started.
#[derive(Debug)]
pub struct Started {
    /// Tells, once, that nothing of the node is left and how its first process ended. Closed without a word when the
    /// engine itself goes.
    pub exited: oneshot::Receiver<Exit>,
}

/// How a node's first process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
    /// It took more memory than it may.
    OutOfMemory,
    /// Nobody saw it: its supervisor was ended.
    Unseen,
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exit::Code(code) => write!(f, "it ended with exit code {code}"),
            Exit::OutOfMemory => f.write_str("it ran out of memory"),
            Exit::Signal(9) => f.write_str("it was killed (signal 9)"),
            Exit::Signal(signal) => write!(f, "it was ended by signal {signal}"),
            Exit::Unseen => f.write_str("its supervisor was ended"),
        }
    }
}

/// Whether a node runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeRun {
    Stopped,
    Running,
}

/// What a node uses now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NodeStats {
    /// Processor time that its living processes have used.
    pub cpu: Duration,
    /// Memory that they hold, in bytes.
    pub memory: u64,
    /// How many processes there are.
    pub processes: u64,
}

/// A command to be executed as a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Execution {
    /// Handed to a shell.
    pub command: String,
    /// Whether every question is answered with “y”; otherwise there is nothing to read.
    pub say_yes: bool,
    pub time_limit: Duration,
    /// The most bytes that are kept of each of the two streams of output.
    pub output_limit: usize,
}

/// What came of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executed {
    pub exit: Exit,
    pub out: String,
    pub err: String,
    /// False when it was ended because its time was over.
    pub in_time: bool,
}

/// A file that a node's output is kept in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFile {
    /// As [`Engine::read_log`] takes it.
    pub path: String,
    /// Size in bytes.
    pub size: u64,
    pub modified: DateTime<Utc>,
}

/// A part of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogPart {
    /// Bytes that are no UTF-8 are replaced.
    pub text: String,
    /// Where it begins, in bytes.
    pub from: u64,
    /// Where it ends: the `from` that goes on reading.
    pub next: u64,
    /// The log's size in bytes.
    pub size: u64,
}

/// Why an engine did not do something. Every text may be shown to the environment's owner.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// There is no such image here, or no such tag of it.
    #[error("{0}")]
    UnknownImage(String),
    /// The registry has no such image, or no such tag of it.
    #[error("{0}")]
    ImageAbsent(String),
    /// The registry does not give the image to whoever signs in so.
    #[error("{0}")]
    RegistryRefused(String),
    /// What runs the node, or the registry, does not answer.
    #[error("{0}")]
    Away(String),
    /// This server does not run that.
    #[error("{0}")]
    NotAllowed(String),
    /// There is no such log.
    #[error("there is no log “{0}”")]
    NoLog(String),
    /// There is no such file.
    #[error("there is no file “{0}”")]
    NoFile(String),
    /// There is a file where none may be.
    #[error("there is “{0}” already")]
    FileExists(String),
    /// The file is not of the kind that this needs, or leads out of the node's folder.
    #[error("{0}")]
    BadFile(String),
    /// The archive is none, is damaged, or holds what must not be unpacked.
    #[error("{0}")]
    BadArchive(String),
    /// It would take more than a node may.
    #[error("{0}")]
    TooLarge(String),
    /// All ports that nodes can be given are taken.
    #[error("{0}")]
    NoPort(String),
    /// It could not be done.
    #[error("{0}")]
    Failed(String),
}

impl EngineError {
    /// Whether trying again can help.
    pub fn is_passing(&self) -> bool {
        matches!(self, EngineError::Failed(_) | EngineError::Away(_))
    }
}

impl From<std::io::Error> for EngineError {
    fn from(error: std::io::Error) -> EngineError {
        EngineError::Failed(error.to_string())
    }
}

/// Runs nodes.
///
/// Calls for different nodes may come at once; calls for one node come one after another, except for reading calls.
#[async_trait]
pub trait Engine: Send + Sync + 'static {
    /// What nodes can run here.
    async fn templates(&self) -> Vec<Template>;

    /// Says whether such a node could run here; nothing is made.
    ///
    /// # Errors
    /// [`EngineError::UnknownImage`] naming those that there are, [`EngineError::NotAllowed`] with the reason.
    async fn check(
        &self,
        image: &ImageRef,
        command: Option<&str>,
        variables: &BTreeMap<String, String>,
    ) -> Result<ImageFacts, EngineError>;

    /// So many ports that nodes can keep: none of `kept`, which other nodes have, and none that somebody uses.
    ///
    /// # Errors
    /// [`EngineError::NoPort`] when there are not enough.
    async fn free_ports(&self, kept: HashSet<u16>, count: usize) -> Result<Vec<u16>, EngineError>;

    /// Whether the node, which does not run, could answer at its address: nobody else does.
    async fn can_listen(&self, spec: &NodeSpec) -> bool;

    /// Returns once the node answers at its address. Only its owner knows how long that may take.
    async fn until_answers(&self, spec: &NodeSpec);

    /// Returns when nothing that an earlier run of this server left behind is alive any more, except for nodes that are
    /// wanted to run and can be taken over. `nodes` are all that there are, and whether they are wanted to run; what
    /// belongs to others is removed.
    async fn reconcile(&self, nodes: &BTreeMap<NodeId, bool>);

    /// Why nothing can be done with the node right now, if so.
    fn away(&self, spec: &NodeSpec) -> Option<String>;

    /// Gets what the node needs from elsewhere, its image. It may take minutes, and can be dropped.
    ///
    /// # Errors
    /// As [`Engine::check`]; [`EngineError::ImageAbsent`], [`EngineError::RegistryRefused`], [`EngineError::Away`].
    async fn fetch(&self, spec: &NodeSpec, fetch: Fetch<'_>) -> Result<Fetched, EngineError>;

    /// Starts the node; its folder is made when there is none.
    ///
    /// # Errors
    /// As [`Engine::check`], or [`EngineError::Failed`] when it runs already or its command cannot be executed.
    async fn start(&self, spec: &NodeSpec) -> Result<Started, EngineError>;

    /// Asks the node to end (SIGTERM), and after the grace time makes it. Nothing of it is left at the answer, whatever
    /// it forked. A node that does not run is stopped already.
    ///
    /// # Errors
    /// [`EngineError::Failed`] when something could not be ended.
    async fn stop(&self, node: NodeId, grace: Duration) -> Result<(), EngineError>;

    /// Whether it runs.
    async fn status(&self, node: NodeId) -> NodeRun;

    /// Stops the node without grace and removes its folder and its logs.
    ///
    /// # Errors
    /// [`EngineError::Failed`].
    async fn remove(&self, node: NodeId) -> Result<(), EngineError>;

    /// Gives the second node, which never ran, a copy of the first one's files.
    ///
    /// # Errors
    /// [`EngineError::Failed`]; then the copy may be in parts.
    async fn copy_files(&self, from: NodeId, to: &NodeSpec) -> Result<(), EngineError>;

    /// Empties folders that the node keeps: they are there afterwards, with nothing in them that was written.
    ///
    /// # Errors
    /// As [`Engine::work_on_files`].
    async fn empty_volumes(&self, spec: &NodeSpec) -> Result<(), EngineError>;

    /// Executes a command in the node's folder, with its variables and confined as the node is. What the command leaves
    /// running ends with it. When this is dropped, the command is ended.
    ///
    /// # Errors
    /// [`EngineError::NotAllowed`] where nodes cannot be confined, [`EngineError::Failed`].
    async fn execute(&self, spec: &NodeSpec, execution: &Execution) -> Result<Executed, EngineError>;

    /// Works on the node's files, with the rights of the node itself, also before its first start. Nothing outside its folder is reached, whatever
    /// the node does meanwhile. When this is dropped, a search is given up; other work comes to its end once it has begun.
    ///
    /// # Errors
    /// [`EngineError::NoFile`], [`EngineError::FileExists`], [`EngineError::BadFile`],
    /// [`EngineError::BadArchive`], [`EngineError::TooLarge`], [`EngineError::NotAllowed`] for a file that the node itself could not use.
    async fn work_on_files(&self, spec: &NodeSpec, work: FileWork) -> Result<FileDone, EngineError>;

    /// The node's logs, the current one first.
    ///
    /// # Errors
    /// [`EngineError::Failed`].
    async fn logs(&self, node: NodeId) -> Result<Vec<LogFile>, EngineError>;

    /// At most `count` bytes of a log from byte `from` on; without `from`, its last ones.
    ///
    /// # Errors
    /// [`EngineError::NoLog`].
    async fn read_log(&self, node: NodeId, path: &str, from: Option<u64>, count: u64) -> Result<LogPart, EngineError>;

    /// Empties a log.
    ///
    /// # Errors
    /// [`EngineError::NoLog`].
    async fn clear_log(&self, node: NodeId, path: &str) -> Result<(), EngineError>;

    /// Removes a log; the one that is written to begins anew.
    ///
    /// # Errors
    /// [`EngineError::NoLog`].
    async fn remove_log(&self, node: NodeId, path: &str) -> Result<(), EngineError>;

    /// Limits the memory that each living process of the node may take, in bytes, as far as the system lets it be.
    async fn limit(&self, node: NodeId, memory: u64);

    /// What it uses now; nothing while it is stopped.
    async fn stats(&self, node: NodeId) -> NodeStats;
}
