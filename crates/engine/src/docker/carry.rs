//! Files from one container to another, through the archive API.

use std::io;

use bollard::models::ChangeType;
use bollard::query_parameters::{DownloadFromContainerOptions, UploadToContainerOptions};
use futures::StreamExt;

use super::host::{Connection, Host, status};
use super::run;
use crate::EngineError;

/// A container on a host.
type Place<'a> = (&'a Host, &'a Connection, &'a str);

/// What belongs to the system, or to the engine.
const NOT_CARRIED: [&str; 11] = [
    "/proc",
    "/sys",
    "/dev",
    "/run",
    "/var/run",
    "/tmp",
    "/etc/hosts",
    "/etc/hostname",
    "/etc/resolv.conf",
    "/.dockerenv",
    "/sbin/docker-init",
];

/// Where deployments are, on every engine.
const DEPLOYED: &str = "/www";

/// Brings what was changed in a container into its successor: everything when both are of the same image, else what is
/// deployed.
///
/// # Errors
/// [`EngineError::Away`], [`EngineError::Failed`].
pub async fn changes(from: Place<'_>, to: Place<'_>, same_image: bool) -> Result<(), EngineError> {
    let (host, at, container) = from;
    let volumes = volumes(from).await?;
    let listed = at.docker.container_changes(container).await.map_err(|error| host.failed(&error))?;
    let paths = listed.unwrap_or_default().into_iter().map(|one| (one.path, one.kind)).collect();
    for path in chosen(paths, &volumes, same_image) {
        copy(from, to, &path).await?;
    }
    Ok(())
}

/// Which of the listed changes are carried: as few paths as say it all.
fn chosen(mut paths: Vec<(String, ChangeType)>, volumes: &[String], same_image: bool) -> Vec<String> {
    let is_in = |path: &str, folder: &str| {
        path == folder || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    };
    let left_out =
        |path: &str| NOT_CARRIED.iter().any(|one| is_in(path, one)) || volumes.iter().any(|volume| is_in(path, volume));
    paths.sort_by(|one, other| one.0.cmp(&other.0));
    let mut carried: Vec<String> = Vec::new();
    for (path, kind) in &paths {
        let below = |other: &str| other.len() > path.len() && is_in(other, path);
        let mut inside = paths.iter().filter(|(other, _)| below(other)).peekable();
        // A folder that came with nothing but what is left out, and one in which something changed: the rest is the image's.
        let only_holds = inside.peek().is_some()
            && (*kind == ChangeType::_0 && path != DEPLOYED || inside.all(|(other, _)| left_out(other)));
        let elsewhere = !same_image && !is_in(path, DEPLOYED);
        if *kind == ChangeType::_2 || elsewhere || left_out(path) || only_holds {
            continue;
        }
        if !carried.iter().any(|one| is_in(path, one)) {
            carried.push(path.clone());
        }
    }
    carried
}

/// Brings what was changed in a container and what is in its volumes into another one.
///
/// # Errors
/// As [`changes`].
pub async fn everything(from: Place<'_>, to: Place<'_>) -> Result<(), EngineError> {
    changes(from, to, true).await?;
    for volume in volumes(from).await? {
        copy(from, to, &volume).await?;
    }
    Ok(())
}

/// Where a container has volumes.
async fn volumes((host, at, container): Place<'_>) -> Result<Vec<String>, EngineError> {
    let found = run::inspect(host, at, container).await?;
    let mounts = found.and_then(|found| found.mounts).unwrap_or_default();
    Ok(mounts.into_iter().filter_map(|mount| mount.destination).collect())
}

/// Copies one file or folder to the same place; one that is gone meanwhile is left out.
async fn copy(from: Place<'_>, to: Place<'_>, path: &str) -> Result<(), EngineError> {
    let (host, at, container) = from;
    let options = DownloadFromContainerOptions { path: path.to_owned() };
    let mut packed = Box::pin(at.docker.download_from_container(container, Some(options)));
    let first = match packed.next().await {
        None => return Ok(()),
        Some(Err(error)) if status(&error) == Some(404) => return Ok(()),
        Some(Err(error)) => return Err(host.failed(&error)),
        Some(Ok(first)) => first,
    };
    // The stream has to own what it reads from, so the rest goes through a channel.
    let (send, receive) = futures::channel::mpsc::channel::<Result<bytes::Bytes, io::Error>>(4);
    let parent = path.rsplit_once('/').map_or("/", |(parent, _)| if parent.is_empty() { "/" } else { parent });
    let options = UploadToContainerOptions { path: parent.to_owned(), ..UploadToContainerOptions::default() };
    let (target_host, target_at, target) = to;
    let reading = async move {
        let mut send = send;
        let _ = futures::SinkExt::send(&mut send, Ok(first)).await;
        while let Some(part) = packed.next().await {
            if futures::SinkExt::send(&mut send, part.map_err(io::Error::other)).await.is_err() {
                break;
            }
        }
    };
    let writing = target_at.docker.upload_to_container(target, Some(options), bollard::body_try_stream(receive));
    let ((), written) = tokio::join!(reading, writing);
    written.map_err(|error| target_host.failed(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_carried_in_as_few_pieces_as_it_takes() {
        use ChangeType::{_0 as CHANGED, _1 as ADDED, _2 as GONE};
        let paths =
            |listed: &[(&str, ChangeType)]| listed.iter().map(|(path, kind)| ((*path).to_owned(), *kind)).collect();
        let listed = [
            ("/www", CHANGED),
            ("/www/index.html", ADDED),
            ("/www/old", GONE),
            ("/etc", CHANGED),
            ("/etc/hosts", CHANGED),
            ("/etc/app.conf", CHANGED),
            ("/srv", ADDED),
            ("/srv/deep/er", ADDED),
            ("/sbin", ADDED),
            ("/sbin/docker-init", ADDED),
            ("/run/x", ADDED),
            ("/data", ADDED),
            ("/data/row", ADDED),
        ];
        let volumes = ["/data".to_owned()];
        assert_eq!(chosen(paths(&listed), &volumes, true), ["/etc/app.conf", "/srv", "/www"]);
        assert_eq!(chosen(paths(&listed), &volumes, false), ["/www"]);
        assert_eq!(chosen(paths(&[("/www", CHANGED)]), &[], false), ["/www"]);
    }
}
