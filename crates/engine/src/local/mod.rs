//! Nodes as processes of this machine, each under a supervisor of its own.

mod cgroup;
mod confinement;
mod files;
mod folders;
pub(crate) mod node_files;
mod proc;
mod protocol;
mod recipes;
mod supervised;
mod supervisor;
mod wall;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io;
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use rustix::process::{Pid, Resource, Rlimit, prlimit};

use super::log_files;
use super::ports::{self, Ports};
use super::{
    Engine, EngineError, Executed, Execution, Fetch, Fetched, FileDone, FileWork, ImageFacts, ImageRef, LogFile,
    LogPart, NodePath, NodeRun, NodeSpec, NodeStats, Started, Template,
};
use cgroup::Cgroups;
use confinement::Confinement;
use folders::Folders;
use keyrack_types::bounds::counts::NODE_PORTS;
use keyrack_types::ids::NodeId;
use protocol::{Capture, Job, Network, Walls};
use recipes::{Program, Recipes};
use supervised::{Ended, Supervised, is_held};

pub use confinement::examine;
pub use protocol::SUPERVISE_NODE;
pub use supervisor::supervise;
pub use wall::{Level, Wall};

/// How long a start waits for what an earlier server left behind.
const SETTLING: Duration = Duration::from_secs(10);

/// The argument by which the program knows that it is to be a web application.
pub const NODE_WEB: &str = "node-web";

/// The longest name of a machine, in bytes, as Linux has it.
const LONGEST_HOST: usize = 64;

/// Where processes look for programs unless their owner says otherwise.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Nodes as local processes.
pub struct LocalEngine {
    folders: Folders,
    recipes: Recipes,
    ports: Ports,
    confinement: Arc<Confinement>,
    cgroups: Option<Cgroups>,
    allow_unconfined: bool,
    open_network: bool,
    /// The program that is started as supervisor and as the built-in web application.
    program: PathBuf,
    running: Mutex<HashMap<NodeId, Running>>,
    /// How many commands were executed, so that each has a lock of its own.
    executions: AtomicU64,
}

/// A node that was started.
#[derive(Clone)]
struct Running {
    supervised: Arc<Supervised>,
    /// Nodes of one environment reach each other.
    environment: String,
    port: u16,
}

impl LocalEngine {
    /// Gets ready; nothing runs yet. `program` answers to [`SUPERVISE_NODE`] and [`NODE_WEB`]: see
    /// [`LocalEngine::this_program`].
    ///
    /// # Errors
    /// When the data folder cannot be made ready.
    pub fn open(data: &Path, program: PathBuf) -> io::Result<LocalEngine> {
        let folders = Folders::open(data)?;
        let confinement = Confinement::probe(&program, folders.data(), &folders.nodes());
        if confinement.level != Level::Walled && confinement.uids.is_some() {
            folders.let_pass(true)?;
        }
        Ok(LocalEngine {
            recipes: Recipes::in_folder(folders.recipes()),
            ports: Ports::new(NODE_PORTS, folders.data()),
            folders,
            confinement: Arc::new(confinement),
            cgroups: Cgroups::find(),
            allow_unconfined: false,
            open_network: false,
            program,
            running: Mutex::default(),
            executions: AtomicU64::new(0),
        })
    }

    /// Whether `cmd`, Exec methods and recipes run although nodes are not walled here.
    #[must_use]
    pub fn allow_unconfined(mut self, allow: bool) -> LocalEngine {
        self.allow_unconfined = allow;
        self
    }

    /// Gives nodes ports in this range.
    #[must_use]
    pub fn on_ports(mut self, range: Range<u16>) -> LocalEngine {
        self.ports = Ports::new(range, self.folders.data());
        self
    }

    /// Whether nodes have the machine's network instead of one of their own.
    #[must_use]
    pub fn open_network(mut self, open: bool) -> LocalEngine {
        self.open_network = open;
        self
    }

    /// How well nodes are kept apart here.
    pub fn level(&self) -> &Level {
        &self.confinement.level
    }

    /// Logs how well nodes are kept apart, and what that means for them.
    pub fn log_level(&self) {
        match (&self.confinement.level, self.allow_unconfined) {
            (Level::Walled, _) => tracing::info!("nodes are walled"),
            (level @ Level::NotWalled(_), false) => {
                tracing::warn!(
                    "nodes are {level}. Only built-in programs run: commands, Exec methods and recipes are off"
                );
            }
            (level @ Level::NotWalled(_), true) => tracing::error!(
                "nodes are {level}. --allow-unconfined-nodes lets them run what their owners write ALL THE SAME: whoever may \
                 execute a command in a node can attack this server, its other nodes and this machine"
            ),
        }
        if self.open_network {
            tracing::warn!(
                "nodes have the machine's network (--open-node-network): they reach this server and each other"
            );
        }
    }

    /// The running program itself, also when its file was replaced meanwhile.
    pub fn this_program() -> PathBuf {
        PathBuf::from("/proc/self/exe")
    }

    /// A node's folder: where its `www/` lies.
    pub fn folder(&self, node: NodeId) -> PathBuf {
        self.folders.node(node)
    }

    fn running(&self) -> MutexGuard<'_, HashMap<NodeId, Running>> {
        self.running.lock().expect("never poisoned: nothing under it panics")
    }

    /// The node's supervisor, while anything of the node lives.
    fn supervised(&self, node: NodeId) -> Option<Arc<Supervised>> {
        self.running().get(&node).map(|node| node.supervised.clone()).filter(|supervised| supervised.lives())
    }

    /// The running nodes of an environment.
    fn running_in(&self, environment: &str) -> Vec<(NodeId, Running)> {
        let running = self.running();
        let there = running.iter().filter(|(_, node)| node.environment == environment && node.supervised.lives());
        there.map(|(id, node)| (*id, node.clone())).collect()
    }

    async fn program_for(
        &self,
        image: &ImageRef,
        command: Option<&str>,
        variables: &BTreeMap<String, String>,
    ) -> Result<Program, EngineError> {
        let (recipes, wanted) = (self.recipes.clone(), image.clone());
        let program = blocking(move || Ok(recipes.find(&wanted))).await??;
        let missing = match &self.confinement.level {
            Level::NotWalled(missing) if !self.allow_unconfined => missing,
            _ => return Ok(program),
        };
        let what = if command.is_some() {
            "commands"
        } else if matches!(program, Program::Recipe(_)) {
            "recipes"
        } else if variables.keys().any(|name| loads_code(name)) {
            "variables that load code"
        } else {
            return Ok(program);
        };
        Err(EngineError::NotAllowed(format!(
            "{what} are off on this server: its nodes are not walled, missing {missing} (“keyrack doctor” shows its operator more, who can allow them with --allow-unconfined-nodes)"
        )))
    }

    /// Makes the node's folders and answers the user id that it gets.
    async fn prepare(&self, node: NodeId) -> Result<Option<u32>, EngineError> {
        let (folders, confinement) = (self.folders.clone(), self.confinement.clone());
        blocking(move || prepare(&folders, &confinement, node))
            .await
            .map_err(|error| EngineError::Failed(format!("the node's folder cannot be made ready: {error}")))
    }

    fn job(&self, spec: &NodeSpec, program: Program, uid: Option<u32>) -> Job {
        let folder = self.folders.node(spec.id);
        let mut variables = BTreeMap::from([
            ("PATH".to_owned(), PATH.to_owned()),
            ("HOME".to_owned(), folder.display().to_string()),
            ("TMPDIR".to_owned(), folder.join("tmp").display().to_string()),
            ("LANG".to_owned(), "C.UTF-8".to_owned()),
        ]);
        if let Program::Recipe(recipe) = &program {
            variables.extend(recipe.env.clone());
        }
        variables.extend(spec.variables.clone());
        variables.extend(spec.facts(spec.address.port()));
        let walls = (self.confinement.level == Level::Walled).then(|| Walls {
            data: self.folders.data().to_owned(),
            cgroup: self.cgroups.as_ref().and_then(|groups| groups.node(&spec.id.to_string(), spec.memory)),
            host: spec.environment.chars().take(LONGEST_HOST).collect(),
            network: if self.open_network {
                Network::Machine { port: Some(spec.address.port()) }
            } else {
                let others = self.running_in(&spec.environment).into_iter().filter(|(id, _)| *id != spec.id);
                Network::Own { port: Some(spec.address.port()), reach: others.map(|(_, node)| node.port).collect() }
            },
        });
        let mut read = Vec::new();
        let (program, args) = match (&spec.command, program) {
            (Some(command), program) => {
                if let Program::Recipe(recipe) = program {
                    read.extend(recipe.read);
                }
                (Some(PathBuf::from("/bin/sh")), vec!["-c".to_owned(), command.clone()])
            }
            (None, Program::BuiltIn) => (None, vec![NODE_WEB.to_owned()]),
            (None, Program::Recipe(recipe)) => {
                let program = PathBuf::from(&recipe.command);
                if program.is_absolute() {
                    read.push(program.clone());
                }
                read.extend(recipe.read);
                let args = recipe.args.iter().map(|argument| recipes::fill(argument, &variables)).collect();
                (Some(program), args)
            }
        };
        Job {
            program,
            args,
            variables,
            folder,
            log: self.folders.logs(spec.id).join(log_files::LOG),
            log_limit: log_files::LOG_LIMIT,
            lock: self.folders.lock(spec.id),
            uid,
            walls,
            read,
            memory: spec.memory,
            capture: None,
        }
    }
}

#[async_trait]
impl Engine for LocalEngine {
    async fn templates(&self) -> Vec<Template> {
        let recipes = self.recipes.clone();
        blocking(move || Ok(recipes.templates())).await.unwrap_or_default()
    }

    async fn check(
        &self,
        image: &ImageRef,
        command: Option<&str>,
        variables: &BTreeMap<String, String>,
    ) -> Result<ImageFacts, EngineError> {
        let program = self.program_for(image, command, variables).await?;
        Ok(ImageFacts { listens: program.listens() })
    }

    async fn free_ports(&self, kept: HashSet<u16>, count: usize) -> Result<Vec<u16>, EngineError> {
        self.ports.free(kept, count).await
    }

    async fn can_listen(&self, spec: &NodeSpec) -> bool {
        ports::nobody_listens(spec.address).await
    }

    async fn until_answers(&self, spec: &NodeSpec) {
        ports::until_answered(spec.address).await;
    }

    async fn reconcile(&self, _nodes: &BTreeMap<NodeId, bool>) {
        let until = Instant::now() + SETTLING;
        let held = || {
            let locks = self.folders.locks();
            blocking(move || Ok(any_held(&locks)))
        };
        while Instant::now() < until && held().await.unwrap_or(false) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn away(&self, _spec: &NodeSpec) -> Option<String> {
        None
    }

    async fn fetch(&self, spec: &NodeSpec, _fetch: Fetch<'_>) -> Result<Fetched, EngineError> {
        let facts = self.check(&spec.image, spec.command.as_deref(), &spec.variables).await?;
        Ok(Fetched { digest: None, listens: facts.listens })
    }

    async fn start(&self, spec: &NodeSpec) -> Result<Started, EngineError> {
        if self.supervised(spec.id).is_some() {
            return Err(EngineError::Failed("the node runs already".to_owned()));
        }
        let program = self.program_for(&spec.image, spec.command.as_deref(), &spec.variables).await?;
        let uid = self.prepare(spec.id).await?;
        let job = self.job(spec, program, uid);
        let (supervised, exited) = Supervised::start(&self.program, &job).await?;
        let node = Running { supervised, environment: spec.environment.clone(), port: spec.address.port() };
        self.running().insert(spec.id, node.clone());
        // Those that started meanwhile too; who is reached already stays reached.
        for (id, other) in self.running_in(&spec.environment) {
            if id != spec.id {
                other.supervised.reach(node.port).await;
                node.supervised.reach(other.port).await;
            }
        }
        Ok(Started { exited })
    }

    async fn stop(&self, node: NodeId, grace: Duration) -> Result<(), EngineError> {
        if let Some(supervised) = self.supervised(node) {
            supervised.stop(grace).await?;
        }
        // Its port may be given to another environment next.
        let gone = self.running().remove(&node);
        if let Some(gone) = gone {
            for (_, other) in self.running_in(&gone.environment) {
                other.supervised.leave(gone.port).await;
            }
        }
        Ok(())
    }

    async fn status(&self, node: NodeId) -> NodeRun {
        if self.supervised(node).is_some() { NodeRun::Running } else { NodeRun::Stopped }
    }

    async fn remove(&self, node: NodeId) -> Result<(), EngineError> {
        self.stop(node, Duration::ZERO).await?;
        let (folder, logs, lock) = (self.folders.node(node), self.folders.logs(node), self.folders.lock(node));
        let owner = blocking(move || {
            let owner = fs::symlink_metadata(&folder).map(|facts| facts.uid()).ok();
            absent_is_fine(files::remove_node_folder(&folder))?;
            absent_is_fine(fs::remove_dir_all(logs))?;
            absent_is_fine(fs::remove_file(lock))?;
            Ok(owner)
        })
        .await?;
        if let (Some(uids), Some(owner)) = (&self.confinement.uids, owner) {
            uids.release(owner);
        }
        if let Some(groups) = &self.cgroups {
            groups.remove(&node.to_string());
        }
        Ok(())
    }

    async fn copy_files(&self, from: NodeId, to: &NodeSpec) -> Result<(), EngineError> {
        let (folders, confinement, to) = (self.folders.clone(), self.confinement.clone(), to.id);
        blocking(move || {
            let source = folders.node(from);
            if !source.exists() {
                return Ok(());
            }
            let uid = prepare(&folders, &confinement, to)?;
            files::copy_tree(&source, &folders.node(to), uid)
        })
        .await
    }

    async fn empty_volumes(&self, spec: &NodeSpec) -> Result<(), EngineError> {
        for volume in &spec.volumes {
            let path = NodePath::of_any_depth(volume).map_err(EngineError::BadFile)?;
            match self.work_on_files(spec, FileWork::Delete(path.clone())).await {
                Ok(_) | Err(EngineError::NoFile(_)) => {}
                Err(error) => return Err(error),
            }
            self.work_on_files(spec, FileWork::Create { path, folder: true }).await?;
        }
        Ok(())
    }

    async fn execute(&self, spec: &NodeSpec, execution: &Execution) -> Result<Executed, EngineError> {
        let program = self.program_for(&spec.image, Some(&execution.command), &spec.variables).await?;
        let uid = self.prepare(spec.id).await?;
        let spec = NodeSpec { command: Some(execution.command.clone()), ..spec.clone() };
        let number = self.executions.fetch_add(1, Ordering::Relaxed);
        let lock = self.folders.locks().join(format!("{}-{number}.lock", spec.id));
        let _unlock = RemovedAtTheEnd(lock.clone());
        let capture = Some(Capture { limit: execution.output_limit, say_yes: execution.say_yes });
        let mut job = Job { lock, capture, ..self.job(&spec, program, uid) };
        if let Some(Walls { network: Network::Own { port, reach }, .. }) = &mut job.walls {
            // It is beside the node, whose port it reaches as those of the others.
            reach.extend(port.take().filter(|_| self.supervised(spec.id).is_some()));
        }
        let (supervised, ended) = Supervised::run(&self.program, &job).await?;
        tokio::pin!(ended);
        let (ended, in_time) = match tokio::time::timeout(execution.time_limit, &mut ended).await {
            Ok(ended) => (ended, true),
            Err(_) => {
                supervised.stop(Duration::ZERO).await?;
                (ended.await, false)
            }
        };
        let Ended { exit, out, err } = ended.map_err(|error| EngineError::Failed(error.to_string()))?;
        Ok(Executed { exit, out, err, in_time })
    }

    async fn work_on_files(&self, spec: &NodeSpec, work: FileWork) -> Result<FileDone, EngineError> {
        let owner = self.prepare(spec.id).await?;
        let folder = self.folders.node(spec.id);
        let given_up = SetWhenDropped(Arc::default());
        let flag = given_up.0.clone();
        blocking(move || Ok(node_files::work(&folder, owner, work, &flag))).await?
    }

    async fn logs(&self, node: NodeId) -> Result<Vec<LogFile>, EngineError> {
        let folder = self.folders.logs(node);
        blocking(move || Ok(log_files::list(&folder))).await
    }

    async fn read_log(&self, node: NodeId, path: &str, from: Option<u64>, count: u64) -> Result<LogPart, EngineError> {
        let (folder, path) = (self.folders.logs(node), path.to_owned());
        blocking(move || Ok(log_files::read(&folder, &path, from, count))).await?
    }

    async fn clear_log(&self, node: NodeId, path: &str) -> Result<(), EngineError> {
        let (folder, path) = (self.folders.logs(node), path.to_owned());
        blocking(move || Ok(log_files::clear(&folder, &path))).await?
    }

    async fn remove_log(&self, node: NodeId, path: &str) -> Result<(), EngineError> {
        let (folder, path) = (self.folders.logs(node), path.to_owned());
        blocking(move || Ok(log_files::remove(&folder, &path))).await?
    }

    async fn limit(&self, node: NodeId, memory: u64) {
        let Some(supervised) = self.supervised(node) else { return };
        let limit = move || Rlimit { current: Some(memory), maximum: Some(memory) };
        if let Some(groups) = &self.cgroups {
            groups.change(&node.to_string(), memory);
        }
        supervised.limit(memory).await;
        let limited = blocking(move || {
            for process in supervised.processes() {
                if let Some(pid) = Pid::from_raw(process.pid)
                    && let Err(error) = prlimit(Some(pid), Resource::Data, limit())
                {
                    tracing::debug!(%node, %error, "a process is limited at its next start only");
                }
            }
            Ok(())
        });
        let _ = limited.await;
    }

    async fn stats(&self, node: NodeId) -> NodeStats {
        let Some(supervised) = self.supervised(node) else { return NodeStats::default() };
        let processes = blocking(move || Ok(supervised.processes())).await.unwrap_or_default();
        NodeStats {
            cpu: processes.iter().map(proc::Process::cpu).sum(),
            memory: processes.iter().map(proc::Process::memory).sum(),
            processes: processes.len() as u64,
        }
    }
}

/// Makes a node's folders and answers the user id that it gets.
fn prepare(folders: &Folders, confinement: &Confinement, node: NodeId) -> io::Result<Option<u32>> {
    let folder = folders.node(node);
    fs::create_dir_all(folders.logs(node))?;
    let uid = match (&confinement.uids, fs::symlink_metadata(&folder)) {
        (None, _) => None,
        (Some(uids), Ok(facts)) if uids.is_one(facts.uid()) => Some(facts.uid()),
        (Some(uids), Ok(_)) => {
            let uid = uids.take();
            files::give_to(&folder, uid)?;
            Some(uid)
        }
        (Some(uids), Err(_)) => Some(uids.take()),
    };
    files::make_node_folder(&folder, uid)?;
    Ok(uid)
}

/// A file that goes with this value.
struct RemovedAtTheEnd(PathBuf);

impl Drop for RemovedAtTheEnd {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Whether this variable makes a program load code that was not meant to be in it.
fn loads_code(name: &str) -> bool {
    name.starts_with("LD_") || matches!(name, "GCONV_PATH" | "GLIBC_TUNABLES" | "LOCPATH" | "NLSPATH")
}

/// Whether any supervisor still lives, of this server or an earlier one.
fn any_held(locks: &Path) -> bool {
    fs::read_dir(locks).into_iter().flatten().flatten().any(|entry| is_held(&entry.path()))
}

fn absent_is_fine(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Tells work on another thread that nobody waits for it any more.
struct SetWhenDropped(Arc<AtomicBool>);

impl Drop for SetWhenDropped {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, EngineError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(EngineError::from),
        Err(error) => Err(EngineError::Failed(error.to_string())),
    }
}
