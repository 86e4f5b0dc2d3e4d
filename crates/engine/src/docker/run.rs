//! One container from its start to its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bollard::models::{ContainerInspectResponse, ContainerState, ContainerUpdateBody};
use bollard::query_parameters::{KillContainerOptions, WaitContainerOptions};
use futures::StreamExt;
use tokio::sync::{oneshot, watch};

use super::host::{Connection, Host, status};
use crate::{EngineError, Exit};

/// How often an engine that is away is asked again how a container is.
const AGAIN: Duration = Duration::from_secs(1);

/// How long a container that was killed may take to be gone.
const DYING: Duration = Duration::from_secs(10);

/// A container that runs, as far as is known.
#[derive(Clone, Debug)]
pub struct Running {
    pub container: String,
    pub gone: watch::Receiver<bool>,
    /// Set when it is stopped on purpose: then nobody waits long for the rest of what it wrote.
    pub stopping: Arc<AtomicBool>,
}

/// Whether it is there and runs, and everything else of it; none when there is no such container.
///
/// # Errors
/// [`EngineError::Away`], [`EngineError::Failed`].
pub async fn inspect(
    host: &Host,
    at: &Connection,
    container: &str,
) -> Result<Option<ContainerInspectResponse>, EngineError> {
    match at.docker.inspect_container(container, None).await {
        Ok(found) => Ok(Some(found)),
        Err(error) if status(&error) == Some(404) => Ok(None),
        Err(error) => Err(host.failed(&error)),
    }
}

/// Whether a container that was looked at ran then.
pub fn runs(found: &ContainerInspectResponse) -> bool {
    found.state.as_ref().and_then(|state| state.running).unwrap_or(false)
}

/// How a container that does not run ended; none while it runs.
fn ended(state: Option<&ContainerState>) -> Option<Exit> {
    let state = state?;
    if state.running == Some(true) {
        return None;
    }
    if state.oom_killed == Some(true) {
        return Some(Exit::OutOfMemory);
    }
    let code = i32::try_from(state.exit_code.unwrap_or(-1)).unwrap_or(-1);
    // As shells tell a signal.
    Some(if (129..=192).contains(&code) { Exit::Signal(code - 128) } else { Exit::Code(code) })
}

/// Returns once the container does not run any more. What the engine says of waiting is a hint; how the container is counts.
/// While the engine is away, nothing is known and nothing is said.
pub async fn until_ended(host: &Host, container: &str) -> Exit {
    loop {
        let Ok(at) = host.connection().await else {
            tokio::time::sleep(AGAIN).await;
            continue;
        };
        match inspect(host, &at, container).await {
            Ok(None) => return Exit::Unseen,
            Ok(Some(found)) => match ended(found.state.as_ref()) {
                Some(exit) => return exit,
                None => {
                    let options = WaitContainerOptions { condition: "not-running".to_owned() };
                    let mut waiting = at.docker.wait_container(container, Some(options));
                    if let Some(Err(error)) = waiting.next().await
                        && !matches!(error, bollard::errors::Error::DockerContainerWaitError { .. })
                    {
                        host.failed(&error);
                        tokio::time::sleep(AGAIN).await;
                    }
                }
            },
            Err(_) => tokio::time::sleep(AGAIN).await,
        }
    }
}

/// Watches a container in a task of its own: says when it is gone, and how it ended once its output is read.
pub fn watch<F: Future<Output = ()> + Send + 'static>(
    host: Arc<Host>,
    container: String,
    logged: F,
    mut killed: super::oom::Watch,
) -> (Running, oneshot::Receiver<Exit>) {
    /// How long what was written last may take to arrive: in any case, and when somebody may want to know why it ended.
    const LOGGED: Duration = Duration::from_secs(2);
    const LOGGED_WELL: Duration = Duration::from_secs(20);
    let (tell_gone, gone) = watch::channel(false);
    let running = Running { container: container.clone(), gone, stopping: Arc::default() };
    let stopping = running.stopping.clone();
    let (tell_exit, exited) = oneshot::channel();
    let mut logging = tokio::spawn(logged);
    tokio::spawn(async move {
        let exit = until_ended(&host, &container).await;
        let exit = if exit == Exit::Signal(9) && !stopping.load(Ordering::Relaxed) && killed.was_killed().await {
            Exit::OutOfMemory
        } else {
            exit
        };
        let mut read = tokio::time::timeout(LOGGED, &mut logging).await.is_ok();
        if !read && !stopping.load(Ordering::Relaxed) {
            read = tokio::time::timeout(LOGGED_WELL, &mut logging).await.is_ok();
        }
        if !read {
            logging.abort();
        }
        let _ = tell_gone.send(true);
        let _ = tell_exit.send(exit);
    });
    (running, exited)
}

/// Asks a container to end, and makes it after the grace time. One that does not run has ended.
///
/// # Errors
/// [`EngineError::Away`]; [`EngineError::Failed`] when it would not end.
pub async fn stop(host: &Host, container: &str, grace: Duration) -> Result<(), EngineError> {
    let at = host.connection().await?;
    let Some(found) = inspect(host, &at, container).await? else { return Ok(()) };
    if ended(found.state.as_ref()).is_some() {
        return Ok(());
    }
    if !grace.is_zero() {
        let own = found.config.and_then(|config| config.stop_signal).filter(|signal| !signal.is_empty());
        kill(host, &at, container, own.as_deref().unwrap_or("SIGTERM")).await?;
        if tokio::time::timeout(grace, until_ended(host, container)).await.is_ok() {
            return Ok(());
        }
    }
    kill(host, &at, container, "SIGKILL").await?;
    match tokio::time::timeout(DYING, until_ended(host, container)).await {
        Ok(_) => Ok(()),
        Err(_) => Err(host
            .away()
            .map_or_else(|| EngineError::Failed("the container cannot be ended".to_owned()), EngineError::Away)),
    }
}

async fn kill(host: &Host, at: &Connection, container: &str, signal: &str) -> Result<(), EngineError> {
    let options = KillContainerOptions { signal: signal.to_owned() };
    match at.docker.kill_container(container, Some(options)).await {
        Ok(()) => Ok(()),
        // It ended by itself meanwhile.
        Err(error) if matches!(status(&error), Some(404 | 409 | 500)) => Ok(()),
        Err(error) => Err(host.failed(&error)),
    }
}

/// Gives a container other limits, also while it runs.
///
/// # Errors
/// [`EngineError::Away`], [`EngineError::Failed`].
pub async fn limit(host: &Host, at: &Connection, container: &str, memory: u64) -> Result<(), EngineError> {
    let (memory, processor) = super::plan::limits(memory, &at.facts);
    let body = ContainerUpdateBody {
        memory: Some(memory),
        memory_swap: Some(memory),
        nano_cpus: Some(processor),
        ..ContainerUpdateBody::default()
    };
    at.docker.update_container(container, body).await.map_err(|error| host.failed(&error))
}
