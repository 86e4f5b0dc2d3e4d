//! Nodes as containers of Docker or Podman, through their API.

mod allowed;
mod carry;
mod container;
mod disk;
mod drift;
mod exec;
mod files;
mod host;
mod host_url;
mod images;
mod neighbours;
mod oom;
mod output;
mod pack;
mod plan;
mod probe;
mod random;
mod run;
mod state;
mod sweep;
mod volumes;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use bollard::query_parameters::StatsOptions;
use futures::StreamExt;
use keyrack_types::bounds::counts::NODE_PORTS;
use keyrack_types::bounds::nodes::FREE_DISK;
use keyrack_types::ids::NodeId;

pub use allowed::Allowed;
pub use host_url::HostUrl;

use self::host::{Connection, Host};
use self::plan::Names;
use self::run::Running;
use self::state::{Placed, State};
use crate::{
    Engine, EngineError, Executed, Execution, Fetch, Fetched, FileDone, FileWork, ImageFacts, ImageRef, LogFile,
    LogPart, NodeRun, NodeSpec, NodeStats, RegistryLogin, Started, Template, Volume, log_files, ports,
};

/// How often it is looked whether a container is healthy.
const LOOK: Duration = Duration::from_millis(100);

/// How long a port that an ended container had may still be taken before another one is looked for.
const PORT_GIVEN_BACK: Duration = Duration::from_secs(5);

/// How long the end of a container that ends at once may take to come here: engines that have much to do are slow to say so.
const END_HEARD: Duration = Duration::from_secs(3);

/// How long a registry may take to say what a tag means.
const REGISTRY: Duration = Duration::from_secs(5);

/// Nodes as containers, on one or several hosts.
pub struct ContainerEngine {
    shared: Arc<Shared>,
}

/// What tasks in the background hold too.
struct Shared {
    hosts: Vec<Arc<Host>>,
    allowed: Allowed,
    state: Arc<State>,
    names: Names,
    data: PathBuf,
    /// Bytes of disk that have to stay free where something is made.
    keep_free: u64,
    running: Mutex<HashMap<NodeId, Running>>,
    /// Held while something is made or removed that nodes share: networks, and what belongs to nobody.
    shaping: tokio::sync::Mutex<()>,
    /// All nodes that there are, once the server has said so.
    known_nodes: tokio::sync::watch::Sender<Option<BTreeMap<NodeId, bool>>>,
}

impl ContainerEngine {
    /// Gets ready; nothing is sent to a host yet.
    ///
    /// # Errors
    /// When the data folder cannot be made ready.
    pub fn open(data: &Path, hosts: Vec<HostUrl>, allowed: Allowed) -> io::Result<ContainerEngine> {
        let state = State::open(&data.join("containers"))?;
        let names = Names { installation: state.installation() };
        let hosts = hosts.into_iter().map(|url| Arc::new(Host::new(url))).collect();
        Ok(ContainerEngine {
            shared: Arc::new(Shared {
                hosts,
                allowed,
                state: Arc::new(state),
                names,
                data: data.to_owned(),
                keep_free: FREE_DISK,
                running: Mutex::default(),
                shaping: tokio::sync::Mutex::default(),
                known_nodes: tokio::sync::watch::Sender::new(None),
            }),
        })
    }

    /// Makes nothing where less than so many bytes of disk are free. To be called before anything else.
    #[must_use]
    pub fn keep_free(mut self, bytes: u64) -> ContainerEngine {
        Arc::get_mut(&mut self.shared).expect("nothing else has it yet").keep_free = bytes;
        self
    }

    /// Begins to watch whether the hosts answer. To be called once, in a runtime.
    pub fn watch(&self) {
        for host in &self.shared.hosts {
            let (shared, host) = (self.shared.clone(), host.clone());
            tokio::spawn(async move {
                host.watch(|at| sweep::sweep(shared.clone(), host.clone(), at)).await;
            });
        }
    }

    /// Whether anything of the node is or was here.
    pub fn knows(&self, node: NodeId) -> bool {
        self.shared.state.get(node).is_some()
    }

    fn running(&self) -> MutexGuard<'_, HashMap<NodeId, Running>> {
        self.shared.running()
    }

    /// The host that a node is on, chosen when it is nowhere yet.
    async fn host_for(&self, spec: &NodeSpec) -> Result<Arc<Host>, EngineError> {
        let shared = &self.shared;
        let placed = shared
            .state
            .get(spec.id)
            .or_else(|| shared.state.of_environment(&spec.environment).into_iter().next().map(|(_, placed)| placed));
        let host = match placed {
            Some(placed) => shared.host(&placed.host)?,
            None => shared.with_most_memory().await?,
        };
        shared.put(spec, &host)?;
        Ok(host)
    }

    /// Where a node is, and the connection there.
    async fn at(&self, node: NodeId) -> Result<Option<(Arc<Host>, Connection)>, EngineError> {
        let Some(placed) = self.shared.state.get(node) else { return Ok(None) };
        let host = self.shared.host(&placed.host)?;
        let at = host.connection().await?;
        Ok(Some((host, at)))
    }
}

impl Shared {
    fn running(&self) -> MutexGuard<'_, HashMap<NodeId, Running>> {
        self.running.lock().expect("never poisoned: nothing under it panics")
    }

    fn host(&self, url: &str) -> Result<Arc<Host>, EngineError> {
        self.hosts.iter().find(|host| host.url().to_string() == url).cloned().ok_or_else(|| {
            EngineError::Away(format!("the node is at {url}, which this server was not started with (--docker)"))
        })
    }

    /// The host with the most memory that is not promised to nodes, of those that answer.
    async fn with_most_memory(&self) -> Result<Arc<Host>, EngineError> {
        let mut best: Option<(u64, &Arc<Host>)> = None;
        let mut away = None;
        for host in &self.hosts {
            match host.connection().await {
                Ok(at) => {
                    let free = at.facts.memory.saturating_sub(self.state.memory_on(&host.url().to_string()));
                    if best.is_none_or(|(most, _)| free > most) {
                        best = Some((free, host));
                    }
                }
                Err(error) => away = Some(error),
            }
        }
        match (best, away) {
            (Some((_, host)), _) => Ok(host.clone()),
            (None, Some(error)) => Err(error),
            (None, None) => Err(EngineError::Away("there is no container engine here (--docker)".to_owned())),
        }
    }

    fn put(&self, spec: &NodeSpec, host: &Host) -> Result<(), EngineError> {
        let placed =
            Placed { host: host.url().to_string(), environment: spec.environment.clone(), memory: spec.memory };
        Ok(self.state.put(spec.id, placed)?)
    }

    /// Whether the node's container runs, as far as is known.
    fn lives(&self, node: NodeId) -> Option<Running> {
        self.running().get(&node).filter(|running| !*running.gone.borrow()).cloned()
    }
}

#[async_trait]
impl Engine for ContainerEngine {
    async fn templates(&self) -> Vec<Template> {
        Vec::new()
    }

    async fn check(
        &self,
        image: &ImageRef,
        _command: Option<&str>,
        _variables: &BTreeMap<String, String>,
    ) -> Result<ImageFacts, EngineError> {
        if !self.shared.allowed.allows(image) {
            return Err(EngineError::NotAllowed(format!(
                "image “{image}” is not among those that this server runs: {} (its operator can add it with --docker-allow)",
                self.shared.allowed.listed()
            )));
        }
        // Any host that answers will do; where all are away nothing is begun.
        self.shared.with_most_memory().await?;
        Ok(ImageFacts { listens: true })
    }

    async fn free_ports(&self, kept: HashSet<u16>, count: usize) -> Result<Vec<u16>, EngineError> {
        ports::Ports::new(NODE_PORTS, &self.shared.data).free(kept, count).await
    }

    async fn can_listen(&self, spec: &NodeSpec) -> bool {
        // Its own container, which the last run of the server left, has the port.
        let Ok(Some((host, at))) = self.at(spec.id).await else { return ports::nobody_listens(spec.address).await };
        match container::of_node(&host, &at, &self.shared.names, spec.id).await {
            Ok(found) if !found.iter().any(|one| one.running) => {}
            // An engine that cannot say so now does not cost the node its port.
            _ => return true,
        }
        // Engines give ports back a moment after a container has ended.
        let free = async {
            while !ports::nobody_listens(spec.address).await {
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(PORT_GIVEN_BACK, free).await.is_ok()
    }

    async fn until_answers(&self, spec: &NodeSpec) {
        loop {
            if let Some(running) = self.shared.lives(spec.id)
                && let Ok(Some((host, at))) = self.at(spec.id).await
            {
                match container::health(&host, &at, &running.container).await {
                    container::Health::Unsaid(own) if probe::answers(own, spec.address).await => return,
                    container::Health::Good => return,
                    container::Health::Unsaid(_) | container::Health::NotYet => {}
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn reconcile(&self, nodes: &BTreeMap<NodeId, bool>) {
        if let Err(error) = self.shared.state.retain(|node| nodes.contains_key(&node)) {
            tracing::error!(%error, "it cannot be kept which containers there are");
        }
        self.shared.known_nodes.send_replace(Some(nodes.clone()));
        for host in &self.shared.hosts {
            if let Ok(at) = host.connection().await {
                sweep::sweep(self.shared.clone(), host.clone(), at).await;
            }
        }
    }

    fn away(&self, spec: &NodeSpec) -> Option<String> {
        let placed = self.shared.state.get(spec.id)?;
        match self.shared.host(&placed.host) {
            Ok(host) => host.away(),
            Err(error) => Some(error.to_string()),
        }
    }

    async fn fetch(&self, spec: &NodeSpec, fetch: Fetch<'_>) -> Result<Fetched, EngineError> {
        self.check(&spec.image, spec.command.as_deref(), &spec.variables).await?;
        let host = self.host_for(spec).await?;
        let at = host.connection().await?;
        let (digest, keep_free) = (spec.digest.as_deref(), self.shared.keep_free);
        let image = images::fetch(&host, &at, &spec.image, digest, fetch, keep_free).await?;
        // Without a port in the image it may listen where it is told to.
        let listens = plan::listens_on(&image).is_some() || spec.command.is_some();
        Ok(Fetched { digest: images::digest(&image, &spec.image, spec.digest.as_deref()), listens })
    }

    async fn newest(&self, spec: &NodeSpec, login: Option<&RegistryLogin>) -> Result<Option<String>, EngineError> {
        let Some((host, at)) = self.at(spec.id).await? else { return Ok(None) };
        match tokio::time::timeout(REGISTRY, images::newest(&host, &at, &spec.image, login)).await {
            Ok(said) => said,
            Err(_) => Err(EngineError::Away(format!("the registry of image “{}” does not answer in time", spec.image))),
        }
    }

    async fn hears_an_end_within(&self, _spec: &NodeSpec) -> Duration {
        END_HEARD
    }

    async fn drift(&self, spec: &NodeSpec) -> Result<Vec<String>, EngineError> {
        let Some((host, at)) = self.at(spec.id).await? else { return Ok(Vec::new()) };
        drift::drift(&self.shared, &host, &at, spec).await
    }

    async fn volumes(&self, node: NodeId) -> Result<Vec<Volume>, EngineError> {
        let Some((host, at)) = self.at(node).await? else { return Ok(Vec::new()) };
        volumes::list(&host, &at, &self.shared.names, node).await
    }

    async fn start(&self, spec: &NodeSpec) -> Result<Started, EngineError> {
        if self.shared.lives(spec.id).is_some() {
            return Err(EngineError::Failed("the node runs already".to_owned()));
        }
        self.check(&spec.image, spec.command.as_deref(), &spec.variables).await?;
        let host = self.host_for(spec).await?;
        let at = host.connection().await?;
        let (container, killed) = container::start(&self.shared, &host, &at, spec).await?;
        let folder = output::folder(&self.shared.data, spec.id);
        let logged = output::follow(host.clone(), container.clone(), folder);
        let (running, exited) = run::watch(host.clone(), container, logged, killed);
        self.running().insert(spec.id, running.clone());
        container::forget_former(self.shared.clone(), host.clone(), spec.id, running);
        if at.facts.podman {
            let (names, environment) = (self.shared.names.clone(), spec.environment.clone());
            tokio::spawn(async move { neighbours::tell(&host, &at, &names, &environment).await });
        }
        Ok(Started { exited })
    }

    async fn stop(&self, node: NodeId, grace: Duration) -> Result<(), EngineError> {
        let Some((host, at)) = self.at(node).await? else { return Ok(()) };
        if let Some(running) = self.running().get(&node) {
            running.stopping.store(true, Ordering::Relaxed);
        }
        for found in container::of_node(&host, &at, &self.shared.names, node).await? {
            if found.running {
                run::stop(&host, &found.id, grace).await?;
            }
        }
        let known = self.running().get(&node).cloned();
        if let Some(mut known) = known {
            let _ = known.gone.wait_for(|gone| *gone).await;
            self.running().remove(&node);
        }
        Ok(())
    }

    async fn status(&self, node: NodeId) -> NodeRun {
        let Some(running) = self.shared.lives(node) else { return NodeRun::Stopped };
        // That it ended may not have come here yet; without an engine what was known last counts.
        let Ok(Some((host, at))) = self.at(node).await else { return NodeRun::Running };
        match run::inspect(&host, &at, &running.container).await {
            Ok(found) if !found.as_ref().is_some_and(run::runs) => NodeRun::Stopped,
            _ => NodeRun::Running,
        }
    }

    async fn remove(&self, node: NodeId) -> Result<(), EngineError> {
        if let Some((host, at)) = self.at(node).await? {
            self.stop(node, Duration::ZERO).await?;
            let environment = self.shared.state.get(node).map(|placed| placed.environment);
            container::remove_all(&host, &at, &self.shared.names, node).await?;
            self.shared.state.retain(|other| other != node)?;
            if let Some(environment) = environment.filter(|one| self.shared.state.of_environment(one).is_empty()) {
                let _shaping = self.shared.shaping.lock().await;
                container::remove_network(&at, &self.shared.names, &environment).await;
            }
        }
        let folder = output::folder(&self.shared.data, node);
        match tokio::fs::remove_dir_all(folder).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    async fn copy_files(&self, from: NodeId, to: &NodeSpec) -> Result<(), EngineError> {
        let Some((source, source_at)) = self.at(from).await? else { return Ok(()) };
        let found = container::of_node(&source, &source_at, &self.shared.names, from).await?;
        let Some(found) = found.first() else { return Ok(()) };
        let host = self.host_for(to).await?;
        let at = host.connection().await?;
        let target = container::made(&self.shared, &host, &at, to).await?;
        carry::everything((&source, &source_at, &found.id), (&host, &at, &target)).await
    }

    async fn empty_volumes(&self, spec: &NodeSpec) -> Result<(), EngineError> {
        let Some((host, at)) = self.at(spec.id).await? else { return Ok(()) };
        container::remove_volumes(&host, &at, &self.shared.names, spec.id).await
    }

    async fn execute(&self, spec: &NodeSpec, execution: &Execution) -> Result<Executed, EngineError> {
        let running = self.shared.lives(spec.id).zip(self.at(spec.id).await?);
        let Some((running, (host, at))) = running else {
            return Err(EngineError::Failed("the node does not run".to_owned()));
        };
        let command = exec::Command {
            words: vec!["/bin/sh".to_owned(), "-c".to_owned(), execution.command.clone()],
            say_yes: execution.say_yes,
            time_limit: execution.time_limit,
            output_limit: execution.output_limit,
            user: None,
            container: &running.container,
        };
        exec::execute(&host, &at, command).await
    }

    async fn work_on_files(&self, spec: &NodeSpec, work: FileWork) -> Result<FileDone, EngineError> {
        let host = self.host_for(spec).await?;
        let at = host.connection().await?;
        let container = match self.shared.lives(spec.id) {
            Some(running) => running.container,
            None => container::made(&self.shared, &host, &at, spec).await?,
        };
        let running = self.shared.lives(spec.id).is_some();
        files::Files {
            host: &host,
            at: &at,
            container: &container,
            running,
            scratch: &self.shared.data.join("containers"),
        }
        .work(work)
        .await
    }

    async fn logs(&self, node: NodeId) -> Result<Vec<LogFile>, EngineError> {
        let folder = output::folder(&self.shared.data, node);
        blocking(move || Ok(log_files::list(&folder))).await
    }

    async fn read_log(&self, node: NodeId, path: &str, from: Option<u64>, count: u64) -> Result<LogPart, EngineError> {
        let (folder, path) = (output::folder(&self.shared.data, node), path.to_owned());
        blocking(move || log_files::read(&folder, &path, from, count)).await
    }

    async fn clear_log(&self, node: NodeId, path: &str) -> Result<(), EngineError> {
        let (folder, path) = (output::folder(&self.shared.data, node), path.to_owned());
        blocking(move || log_files::clear(&folder, &path)).await
    }

    async fn remove_log(&self, node: NodeId, path: &str) -> Result<(), EngineError> {
        let (folder, path) = (output::folder(&self.shared.data, node), path.to_owned());
        blocking(move || log_files::remove(&folder, &path)).await
    }

    async fn limit(&self, node: NodeId, memory: u64) {
        let Ok(Some((host, at))) = self.at(node).await else { return };
        if let Some(placed) = self.shared.state.get(node)
            && let Err(error) = self.shared.state.put(node, Placed { memory, ..placed })
        {
            tracing::warn!(%error, "it cannot be kept how much memory a node may take");
        }
        if let Some(running) = self.shared.lives(node)
            && let Err(error) = run::limit(&host, &at, &running.container, memory).await
        {
            tracing::warn!(%node, %error, "a container is limited at its next start only");
        }
    }

    async fn stats(&self, node: NodeId) -> NodeStats {
        let Some(running) = self.shared.lives(node) else { return NodeStats::default() };
        let Ok(Some((_, at))) = self.at(node).await else { return NodeStats::default() };
        let options = StatsOptions { stream: false, one_shot: true };
        let mut answers = at.docker.stats(&running.container, Some(options));
        let Some(Ok(stats)) = answers.next().await else { return NodeStats::default() };
        let memory = stats.memory_stats.unwrap_or_default();
        let details = memory.stats.unwrap_or_default();
        // What the kernel would give back at once is not in use; its name differs between the two kinds of cgroups.
        let cache = details.get("total_inactive_file").or_else(|| details.get("inactive_file")).copied().unwrap_or(0);
        NodeStats {
            cpu: Duration::from_nanos(
                stats.cpu_stats.and_then(|cpu| cpu.cpu_usage).and_then(|usage| usage.total_usage).unwrap_or(0),
            ),
            memory: memory.usage.unwrap_or(0).saturating_sub(cache),
            processes: stats.pids_stats.and_then(|pids| pids.current).unwrap_or(0),
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EngineError> + Send + 'static,
) -> Result<T, EngineError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| EngineError::Failed(error.to_string()))?
}
