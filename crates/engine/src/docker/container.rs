//! Making, finding and removing the containers of nodes.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bollard::models::{ContainerSummaryStateEnum, HealthStatusEnum, NetworkCreateRequest, VolumeCreateRequest};
use bollard::query_parameters::{
    CreateContainerOptions, ListContainersOptions, ListVolumesOptions, RemoveContainerOptions, RemoveVolumeOptions,
    RenameContainerOptions,
};
use keyrack_types::ids::NodeId;

use super::host::{Connection, Host, status, why};
use super::plan::{self, INSTALLATION, NODE, Names, PLAN, Plan};
use super::run::Running;
use super::{Shared, carry, images, oom, run};
use crate::{EngineError, NodeSpec};

/// How long a new container has to run until the one before it goes.
const WELL: Duration = Duration::from_secs(10);

/// A container of a node.
#[derive(Clone, Debug)]
pub struct Found {
    pub id: String,
    pub name: String,
    pub plan: String,
    pub image: String,
    pub running: bool,
    pub created: i64,
}

/// The containers of a node: at most the present one and the one before, the newest first.
///
/// # Errors
/// [`EngineError::Away`], [`EngineError::Failed`].
pub async fn of_node(host: &Host, at: &Connection, names: &Names, node: NodeId) -> Result<Vec<Found>, EngineError> {
    let labels = vec![format!("{INSTALLATION}={}", names.installation), format!("{NODE}={node}")];
    let options = ListContainersOptions {
        all: true,
        filters: Some(HashMap::from([("label".to_owned(), labels)])),
        ..ListContainersOptions::default()
    };
    let listed = at.docker.list_containers(Some(options)).await.map_err(|error| host.failed(&error))?;
    let mut found: Vec<Found> = listed
        .into_iter()
        .map(|one| {
            let name = one.names.unwrap_or_default().into_iter().next().unwrap_or_default();
            Found {
                id: one.id.unwrap_or_default(),
                name: name.trim_start_matches('/').to_owned(),
                plan: one.labels.unwrap_or_default().remove(PLAN).unwrap_or_default(),
                image: one.image_id.unwrap_or_default(),
                running: one.state == Some(ContainerSummaryStateEnum::RUNNING),
                created: one.created.unwrap_or_default(),
            }
        })
        .collect();
    // The present one has the node's name; the one before was given another.
    found.sort_by_key(|one| (one.name.ends_with(FORMER), std::cmp::Reverse(one.created)));
    Ok(found)
}

/// What the name of the container before the present one ends with.
const FORMER: &str = "-former";

/// What a node is to run now.
async fn planned(shared: &Shared, host: &Host, at: &Connection, spec: &NodeSpec) -> Result<Plan, EngineError> {
    let image = images::find_fetched(host, at, &spec.image, spec.digest.as_deref()).await?;
    let image = image.ok_or_else(|| {
        EngineError::UnknownImage(format!("image “{}” is not on the container engine any more", spec.image))
    })?;
    Ok(plan::plan(&shared.names, spec, &image, &at.facts))
}

/// Makes sure that the node has the container that it should have; nothing is started.
///
/// # Errors
/// [`EngineError::UnknownImage`] when the image is not there; [`EngineError::Away`], [`EngineError::Failed`].
pub async fn made(shared: &Shared, host: &Host, at: &Connection, spec: &NodeSpec) -> Result<String, EngineError> {
    let plan = planned(shared, host, at, spec).await?;
    let found = of_node(host, at, &shared.names, spec.id).await?;
    let name = shared.names.container(spec);
    if let Some(fits) = found.iter().find(|one| one.plan == plan.hash) {
        if fits.name.ends_with(FORMER) {
            // Back to the one before.
            for other in found.iter().filter(|one| one.id != fits.id) {
                stopped_and_removed(host, at, &other.id).await?;
            }
            rename(host, at, &fits.id, &name).await?;
        }
        return Ok(fits.id.clone());
    }
    let present = found.iter().find(|one| !one.name.ends_with(FORMER));
    if let Some(present) = present {
        for older in found.iter().filter(|one| one.id != present.id) {
            stopped_and_removed(host, at, &older.id).await?;
        }
        if present.running {
            run::stop(host, &present.id, Duration::ZERO).await?;
        }
        rename(host, at, &present.id, &format!("{name}{FORMER}")).await?;
    }
    let Some(before) = present else { return create(shared, host, at, spec, &name, &plan).await };
    let succeeded = async {
        let id = create(shared, host, at, spec, &name, &plan).await?;
        let same = plan.body.image.as_deref().is_some_and(|image| same_image(image, &before.image));
        let carried = carry::changes((host, at, &before.id), (host, at, &id), same).await;
        if carried.is_err() {
            stopped_and_removed(host, at, &id).await?;
        }
        carried.map(|()| id)
    };
    let succeeded = succeeded.await;
    if succeeded.is_err() {
        rename(host, at, &before.id, &name).await?;
    }
    succeeded
}

fn same_image(one: &str, other: &str) -> bool {
    one.trim_start_matches("sha256:") == other.trim_start_matches("sha256:")
}

async fn create(
    shared: &Shared,
    host: &Host,
    at: &Connection,
    spec: &NodeSpec,
    name: &str,
    plan: &Plan,
) -> Result<String, EngineError> {
    {
        let _shaping = shared.shaping.lock().await;
        network(host, at, &shared.names, &spec.environment).await?;
    }
    for (volume, path) in &plan.volumes {
        let mut labels = shared.names.labels(spec);
        labels.insert(plan::PATH.to_owned(), path.clone());
        let request = VolumeCreateRequest { name: Some(volume.clone()), labels: Some(labels), ..Default::default() };
        if let Err(error) = at.docker.create_volume(request).await {
            // Podman refuses one that is there.
            if at.docker.inspect_volume(volume).await.is_err() {
                return Err(host.failed(&error));
            }
        }
    }
    let options = CreateContainerOptions { name: Some(name.to_owned()), platform: String::new() };
    let created = at.docker.create_container(Some(options), plan.body.clone()).await;
    created.map(|made| made.id).map_err(|error| host.failed(&error))
}

/// Starts the node's container: the one that it has, or a new one; one that runs already is taken over.
///
/// # Errors
/// As [`made`].
pub async fn start(
    shared: &Shared,
    host: &Host,
    at: &Connection,
    spec: &NodeSpec,
) -> Result<(String, oom::Watch), EngineError> {
    let id = made(shared, host, at, spec).await?;
    for other in of_node(host, at, &shared.names, spec.id).await? {
        if other.id == id && other.running {
            let killed = oom::Watch::begin(host, &id);
            return Ok((id, killed));
        }
        if other.running {
            run::stop(host, &other.id, Duration::ZERO).await?;
        }
    }
    if let Some(found) = run::inspect(host, at, &id).await? {
        let is = found.host_config.and_then(|config| config.memory);
        if !at.facts.podman && is != i64::try_from(spec.memory).ok() {
            run::limit(host, at, &id, spec.memory).await?;
        }
    }
    let killed = oom::Watch::begin(host, &id);
    match at.docker.start_container(&id, None).await {
        Ok(()) => Ok((id, killed)),
        Err(error) => {
            let reason = why(&error);
            let failed = host.failed(&error);
            Err(match failed {
                EngineError::Failed(_)
                    if reason.contains("address already in use") || reason.contains("port is already") =>
                {
                    EngineError::Failed(format!("port {} is taken by somebody else: {reason}", spec.address.port()))
                }
                other => other,
            })
        }
    }
}

/// Removes the container before the present one once that has run for a while.
pub fn forget_former(shared: Arc<Shared>, host: Arc<Host>, node: NodeId, mut running: Running) {
    tokio::spawn(async move {
        if tokio::time::timeout(WELL, running.gone.wait_for(|gone| *gone)).await.is_ok() {
            return;
        }
        let Ok(at) = host.connection().await else { return };
        for former in of_node(&host, &at, &shared.names, node).await.unwrap_or_default() {
            if former.id != running.container && former.name.ends_with(FORMER) {
                let _ = stopped_and_removed(&host, &at, &former.id).await;
            }
        }
    });
}

async fn rename(host: &Host, at: &Connection, id: &str, name: &str) -> Result<(), EngineError> {
    let options = RenameContainerOptions { name: name.to_owned() };
    at.docker.rename_container(id, options).await.map_err(|error| host.failed(&error))
}

/// Removes a container with its anonymous volumes.
///
/// # Errors
/// [`EngineError::Away`], [`EngineError::Failed`].
pub async fn stopped_and_removed(host: &Host, at: &Connection, id: &str) -> Result<(), EngineError> {
    let options = RemoveContainerOptions { force: true, v: true, link: false };
    match at.docker.remove_container(id, Some(options)).await {
        Ok(()) => Ok(()),
        Err(error) if status(&error) == Some(404) => Ok(()),
        Err(error) => Err(host.failed(&error)),
    }
}

/// Removes everything of a node.
///
/// # Errors
/// [`EngineError::Away`], [`EngineError::Failed`].
pub async fn remove_all(host: &Host, at: &Connection, names: &Names, node: NodeId) -> Result<(), EngineError> {
    for found in of_node(host, at, names, node).await? {
        stopped_and_removed(host, at, &found.id).await?;
    }
    let labels = vec![format!("{INSTALLATION}={}", names.installation), format!("{NODE}={node}")];
    let options = ListVolumesOptions { filters: Some(HashMap::from([("label".to_owned(), labels)])) };
    let volumes = at.docker.list_volumes(Some(options)).await.map_err(|error| host.failed(&error))?;
    for volume in volumes.volumes.unwrap_or_default() {
        // An engine that does not know the filter lists others too.
        if volume.labels.get(NODE) != Some(&node.to_string())
            || volume.labels.get(INSTALLATION) != Some(&names.installation)
        {
            continue;
        }
        match at.docker.remove_volume(&volume.name, None::<RemoveVolumeOptions>).await {
            Ok(()) => {}
            Err(error) if status(&error) == Some(404) => {}
            Err(error) => return Err(host.failed(&error)),
        }
    }
    Ok(())
}

/// Removes the volumes of a node, and what uses them; new ones are made with its next container.
///
/// # Errors
/// As [`remove_all`].
pub async fn remove_volumes(host: &Host, at: &Connection, names: &Names, node: NodeId) -> Result<(), EngineError> {
    for found in of_node(host, at, names, node).await? {
        if found.running {
            run::stop(host, &found.id, Duration::ZERO).await?;
        }
    }
    remove_all(host, at, names, node).await
}

async fn network(host: &Host, at: &Connection, names: &Names, environment: &str) -> Result<(), EngineError> {
    let name = names.network(environment);
    if at.docker.inspect_network(&name, None).await.is_ok() {
        return Ok(());
    }
    let labels = HashMap::from([
        (INSTALLATION.to_owned(), names.installation.clone()),
        (plan::ENVIRONMENT.to_owned(), environment.to_owned()),
    ]);
    // Podman's networks reach each other unless both say that they do not want to.
    let options = at.facts.podman.then(|| HashMap::from([("isolate".to_owned(), "true".to_owned())]));
    let request = NetworkCreateRequest {
        name: name.clone(),
        driver: Some("bridge".to_owned()),
        labels: Some(labels),
        options,
        ..NetworkCreateRequest::default()
    };
    match at.docker.create_network(request).await {
        Ok(_) => Ok(()),
        // Another node of the environment was quicker.
        Err(_) if at.docker.inspect_network(&name, None).await.is_ok() => Ok(()),
        Err(error) => Err(host.failed(&error)),
    }
}

/// Removes an environment's network; one that is used by others, or is not there, stays as it is.
pub async fn remove_network(at: &Connection, names: &Names, environment: &str) {
    if let Err(error) = at.docker.remove_network(&names.network(environment)).await {
        tracing::debug!(%error, environment, "a network stays");
    }
}

/// Whether a container does what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// The image does not say how to find out.
    Unsaid,
    NotYet,
    Good,
}

/// How a container is, by what its image says of finding out.
pub async fn health(host: &Host, at: &Connection, container: &str) -> Health {
    let Ok(Some(found)) = run::inspect(host, at, container).await else { return Health::NotYet };
    let config = found.config.unwrap_or_default();
    let test = config.healthcheck.and_then(|check| check.test).unwrap_or_default();
    let kind = test.first().map(String::as_str);
    if !matches!(kind, Some("CMD" | "CMD-SHELL")) || test.len() < 2 {
        return Health::Unsaid;
    }
    let said = found.state.and_then(|state| state.health).and_then(|health| health.status);
    if said == Some(HealthStatusEnum::HEALTHY) {
        return Health::Good;
    }
    // Podman runs checks by timers of systemd, which need not be there; asking once more does no harm.
    let mut words: Vec<&str> = test.iter().skip(1).map(String::as_str).collect();
    if kind == Some("CMD-SHELL") {
        words = ["/bin/sh", "-c"].into_iter().chain(words).collect();
    }
    match super::exec::simple(host, at, container, None, &words).await {
        Ok(done) if done.exit == crate::Exit::Code(0) => Health::Good,
        _ => Health::NotYet,
    }
}
