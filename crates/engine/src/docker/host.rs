//! One container engine: the connection to it, and whether it answers.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bollard::Docker;
use bollard::errors::Error;

use super::host_url::HostUrl;
use crate::EngineError;

/// How often an engine is asked whether it is there.
const PERIOD: Duration = Duration::from_secs(1);

/// How long it may take to say so, and to say what it is: Podman asks the system's package manager for that.
const PATIENCE: Duration = Duration::from_secs(5);
const INTRODUCTION: Duration = Duration::from_secs(60);

/// A container engine.
pub struct Host {
    url: HostUrl,
    state: Mutex<State>,
    /// Held while it is being connected to: one tries, the others wait for what comes of it.
    connecting: tokio::sync::Mutex<()>,
}

#[derive(Clone, Default)]
struct State {
    /// While it answers.
    connection: Option<Connection>,
    /// Why it does not.
    away: Option<String>,
}

/// A connection to an engine that answered.
#[derive(Clone)]
pub struct Connection {
    pub docker: Docker,
    pub facts: Arc<HostFacts>,
}

/// What an engine is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostFacts {
    pub podman: bool,
    /// As images name it: `amd64`.
    pub architecture: String,
    /// Memory of its machine in bytes, and its processors.
    pub memory: u64,
    pub processors: u64,
    /// Whether it can put a first process into containers that reaps and passes signals on.
    pub init: bool,
}

impl Host {
    pub fn new(url: HostUrl) -> Host {
        Host { url, state: Mutex::default(), connecting: tokio::sync::Mutex::default() }
    }

    pub fn url(&self) -> &HostUrl {
        &self.url
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("never poisoned: nothing under it panics")
    }

    /// Why it does not answer right now, if so.
    pub fn away(&self) -> Option<String> {
        self.state().away.clone()
    }

    /// The connection; an engine that was away is tried once.
    ///
    /// # Errors
    /// [`EngineError::Away`].
    pub async fn connection(&self) -> Result<Connection, EngineError> {
        let known = self.state().connection.clone();
        match known {
            Some(connection) => Ok(connection),
            None => self.connect().await,
        }
    }

    async fn connect(&self) -> Result<Connection, EngineError> {
        let _connecting = self.connecting.lock().await;
        let known = self.state().connection.clone();
        if let Some(connection) = known {
            return Ok(connection);
        }
        let tried = async {
            let docker = self.url.client()?;
            match tokio::time::timeout(PATIENCE, docker.ping()).await {
                Ok(answered) => answered?,
                Err(_) => return Err(Error::RequestTimeoutError),
            };
            let docker = docker.negotiate_version().await?;
            let info = docker.info().await?;
            let logs = info.plugins.and_then(|plugins| plugins.log).unwrap_or_default();
            let facts = HostFacts {
                podman: logs.iter().any(|log| log == "k8s-file"),
                architecture: architecture(&info.architecture.unwrap_or_default()).to_owned(),
                memory: info.mem_total.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or_default(),
                processors: info.ncpu.and_then(|count| u64::try_from(count).ok()).unwrap_or(1).max(1),
                init: info.init_binary.is_some_and(|program| !program.is_empty()),
            };
            Ok::<_, Error>(Connection { docker, facts: Arc::new(facts) })
        };
        let connected = match tokio::time::timeout(INTRODUCTION, tried).await {
            Ok(tried) => tried.map_err(|error| why(&error)),
            Err(_) => Err("it does not say what it is".to_owned()),
        };
        let mut state = self.state();
        match connected {
            Ok(connection) => {
                if state.away.take().is_some() {
                    tracing::info!(engine = %self.url, "the container engine answers again");
                }
                state.connection = Some(connection.clone());
                Ok(connection)
            }
            Err(reason) => Err(self.lost(&mut state, &reason)),
        }
    }

    fn lost(&self, state: &mut State, reason: &str) -> EngineError {
        let text = format!("the container engine at {} does not answer: {reason}", self.url);
        if state.away.is_none() {
            tracing::warn!("{text}");
        }
        *state = State { connection: None, away: Some(text.clone()) };
        EngineError::Away(text)
    }

    /// What an answer of the engine means; one that did not come is remembered.
    pub fn failed(&self, error: &Error) -> EngineError {
        if is_away(error) { self.lost(&mut self.state(), &why(error)) } else { EngineError::Failed(why(error)) }
    }

    /// Asks for ever whether it is there; calls back each time it is again, also the first.
    pub async fn watch<F: Future<Output = ()>>(&self, here: impl Fn(Connection) -> F) {
        let mut known = false;
        loop {
            let connection = self.state().connection.clone();
            match connection {
                Some(connection) if known => {
                    let answered = tokio::time::timeout(PATIENCE, connection.docker.ping()).await;
                    match answered {
                        Ok(Ok(_)) => {}
                        Ok(Err(error)) => _ = self.lost(&mut self.state(), &why(&error)),
                        Err(_) => _ = self.lost(&mut self.state(), "it is silent"),
                    }
                }
                Some(connection) => {
                    known = true;
                    here(connection).await;
                }
                None => {
                    known = false;
                    if self.connect().await.is_ok() {
                        continue;
                    }
                }
            }
            tokio::time::sleep(PERIOD).await;
        }
    }
}

/// The name that images have for a kind of machine, which Docker calls as the kernel does.
fn architecture(name: &str) -> &str {
    match name {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "armv7l" | "armv6l" => "arm",
        "i686" | "i386" => "386",
        other => other,
    }
}

/// Whether the engine did not answer at all.
fn is_away(error: &Error) -> bool {
    match error {
        Error::RequestTimeoutError
        | Error::IOError { .. }
        | Error::HyperResponseError { .. }
        | Error::HyperLegacyError { .. }
        | Error::SocketNotFoundError(_) => true,
        Error::DockerResponseServerError { .. } => false,
        _ => false,
    }
}

/// What went wrong, for people.
pub fn why(error: &Error) -> String {
    match error {
        Error::DockerResponseServerError { message, .. } => message.trim().to_owned(),
        Error::DockerStreamError { error } => error.trim().to_owned(),
        Error::RequestTimeoutError => "it took too long to answer".to_owned(),
        Error::SocketNotFoundError(path) => format!("there is no socket {path}"),
        other => {
            // The innermost cause says it: `Connection refused`.
            let mut cause: &dyn std::error::Error = other;
            while let Some(inner) = cause.source() {
                cause = inner;
            }
            cause.to_string()
        }
    }
}

/// The HTTP status that the engine answered with.
pub fn status(error: &Error) -> Option<u16> {
    match error {
        Error::DockerResponseServerError { status_code, .. } => Some(*status_code),
        _ => None,
    }
}
