//! Getting images, and telling apart why one cannot be had.

use std::collections::HashMap;

use bollard::auth::DockerCredentials;
use bollard::models::{CreateImageInfo, ImageInspect};
use bollard::query_parameters::CreateImageOptions;
use futures::StreamExt;

use super::disk;
use super::host::{Connection, Host, status, why};
use crate::{EngineError, Fetch, ImageRef, RegistryLogin};

/// The image as it is on the host, if it is.
///
/// # Errors
/// [`EngineError::Away`], [`EngineError::Failed`].
pub async fn find(host: &Host, at: &Connection, reference: &str) -> Result<Option<ImageInspect>, EngineError> {
    match at.docker.inspect_image(reference).await {
        Ok(image) => Ok(Some(image)),
        Err(error) if status(&error) == Some(404) => Ok(None),
        Err(error) => Err(host.failed(&error)),
    }
}

/// How the engine is asked for an image: by the digest when it is known.
pub fn reference(image: &ImageRef, digest: Option<&str>) -> String {
    let name = image.full_name();
    match digest.or(image.digest()) {
        Some(digest) => format!("{name}@{digest}"),
        None => format!("{name}:{}", image.tag),
    }
}

/// Finds what a node runs: by its digest, or, for what came from no registry, by its id.
///
/// # Errors
/// As [`find`].
pub async fn find_fetched(
    host: &Host,
    at: &Connection,
    image: &ImageRef,
    digest: Option<&str>,
) -> Result<Option<ImageInspect>, EngineError> {
    if let Some(found) = find(host, at, &reference(image, digest)).await? {
        return Ok(Some(found));
    }
    match digest.or(image.digest()) {
        Some(id) => find(host, at, id).await,
        None => Ok(None),
    }
}

/// Names the image's content: the digest that its registry gave it, or the id of what came from none. One content can have several
/// digests, as many as there are ways to pack it; the one that it was found by stays.
pub fn digest(image: &ImageInspect, of: &ImageRef, known: Option<&str>) -> Option<String> {
    let names = [of.full_name(), of.name.clone()];
    let known = known.or(of.digest());
    let digests = image.repo_digests.iter().flatten();
    let own = digests.filter_map(|one| one.split_once('@')).filter(|(name, _)| names.iter().any(|own| own == name));
    let own = own.min_by_key(|(_, digest)| known != Some(digest));
    own.map(|(_, digest)| digest.to_owned()).or_else(|| {
        let id = image.id.as_deref()?;
        Some(if id.starts_with("sha256:") { id.to_owned() } else { format!("sha256:{id}") })
    })
}

/// Makes sure that the image is on the host.
///
/// # Errors
/// [`EngineError::ImageAbsent`], [`EngineError::RegistryRefused`], [`EngineError::Away`], [`EngineError::UnknownImage`] for
/// one that is made for other machines, [`EngineError::Failed`].
pub async fn fetch(
    host: &Host,
    at: &Connection,
    image: &ImageRef,
    digest: Option<&str>,
    fetch: Fetch<'_>,
    keep_free: u64,
) -> Result<ImageInspect, EngineError> {
    let own = is_own(image);
    let here = match find_fetched(host, at, image, digest).await? {
        // A node goes on with the content that it has. For another one the registry is asked also when the image is here: it may have
        // been fetched for somebody else, with a login that this one does not have.
        Some(here) if own || is_loaded(&here) || digest.is_some() && !fetch.newest => return fit(here, at, image),
        None if own => {
            let text = format!("the container engine at {} has no image “{image}”", host.url());
            return Err(EngineError::ImageAbsent(text));
        }
        here => here,
    };
    disk::ensure_free(&at.facts, keep_free)?;
    if let Err(error) = pull(host, at, image, digest, fetch).await {
        return match (error, here) {
            // A digest means the same content for ever. The registry let this caller in and has it no more, or Podman named it by the
            // digest of its own copy.
            (EngineError::ImageAbsent(_), Some(here)) if image.digest().or(digest).is_some() => fit(here, at, image),
            (error, _) => Err(error),
        };
    }
    match find_fetched(host, at, image, digest).await? {
        Some(image_here) => fit(image_here, at, image),
        None => Err(EngineError::Failed(format!("image “{image}” was pulled and is not there"))),
    }
}

fn fit(here: ImageInspect, at: &Connection, image: &ImageRef) -> Result<ImageInspect, EngineError> {
    let (wanted, is) = (&at.facts.architecture, here.architecture.clone().unwrap_or_default());
    if is.is_empty() || wanted.is_empty() || is == *wanted {
        return Ok(here);
    }
    Err(EngineError::UnknownImage(format!(
        "image “{image}” is made for {is}; the machine that would run it is {wanted}"
    )))
}

async fn pull(
    host: &Host,
    at: &Connection,
    image: &ImageRef,
    digest: Option<&str>,
    fetch: Fetch<'_>,
) -> Result<(), EngineError> {
    let credentials = fetch.login.map(|login| credentials(image, login));
    let options = CreateImageOptions {
        from_image: Some(reference(image, digest)),
        platform: if at.facts.podman { String::new() } else { format!("linux/{}", at.facts.architecture) },
        ..CreateImageOptions::default()
    };
    let mut progress = Progress::default();
    let mut answers = at.docker.create_image(Some(options), None, credentials);
    while let Some(answer) = answers.next().await {
        match answer {
            Ok(answer) => {
                if let Some(text) = answer.error_detail.and_then(|detail| detail.message) {
                    return Err(refused(image, &text));
                }
                if let Some(text) = progress.of(CreateImageInfo { error_detail: None, ..answer }) {
                    (fetch.progress)(format!("pulling {image}: {text}"));
                }
            }
            Err(error) => {
                let failed = host.failed(&error);
                return Err(if matches!(failed, EngineError::Away(_)) { failed } else { refused(image, &why(&error)) });
            }
        }
    }
    Ok(())
}

fn credentials(image: &ImageRef, login: &RegistryLogin) -> DockerCredentials {
    DockerCredentials {
        username: Some(login.user.clone()),
        password: Some(login.password.clone()),
        serveraddress: image.full_name().split_once('/').map(|(registry, _)| registry.to_owned()),
        ..DockerCredentials::default()
    }
}

/// What an image's tag means at its registry now; none for what comes from no registry, is chosen by its digest, or where the engine
/// cannot ask without pulling, as Podman.
///
/// # Errors
/// [`EngineError::ImageAbsent`], [`EngineError::RegistryRefused`], [`EngineError::Away`], [`EngineError::Failed`].
pub async fn newest(
    host: &Host,
    at: &Connection,
    image: &ImageRef,
    login: Option<&RegistryLogin>,
) -> Result<Option<String>, EngineError> {
    if at.facts.podman || is_own(image) || image.digest().is_some() {
        return Ok(None);
    }
    let login = login.map(|login| credentials(image, login));
    match at.docker.inspect_registry_image(&reference(image, None), login).await {
        Ok(found) => Ok(found.descriptor.digest),
        Err(error) => Err(match host.failed(&error) {
            EngineError::Failed(text) => refused(image, &text),
            other => other,
        }),
    }
}

/// Whether it was built or loaded there by its operator: no registry gave it a digest.
fn is_loaded(image: &ImageInspect) -> bool {
    image.repo_digests.as_ref().is_none_or(Vec::is_empty)
}

/// Whether it is the engine's own, which comes from no registry.
fn is_own(image: &ImageRef) -> bool {
    image.name.starts_with("localhost/")
}

/// What an engine says when it cannot pull, as what it means.
fn refused(image: &ImageRef, text: &str) -> EngineError {
    let said = text.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if says(&[
        "no image found in manifest list",
        "no matching manifest",
        "does not match the specified platform",
        "no match for platform",
    ]) {
        return EngineError::UnknownImage(format!(
            "image “{image}” is not made for the machine that would run it: {text}"
        ));
    }
    if says(&[
        "unauthorized",
        "authentication required",
        "denied",
        "no basic auth credentials",
        "invalid username/password",
        "403 (forbidden)",
    ]) {
        return EngineError::RegistryRefused(format!("the registry does not give image “{image}”: {text}"));
    }
    if says(&[
        "manifest unknown",
        "not found",
        "name unknown",
        "repository does not exist",
        "no such image",
        "no such manifest",
    ]) {
        return EngineError::ImageAbsent(format!("the registry has no image “{image}”: {text}"));
    }
    let away = [
        "connection refused",
        "no such host",
        "timeout",
        "timed out",
        "no route to host",
        "network is unreachable",
        "server misbehaving",
        "eof",
        "connection reset",
        "tls handshake",
        "x509",
        "pinging container registry",
        "i/o",
        "server gave http response",
    ];
    if says(&away) {
        return EngineError::Away(format!("the registry of image “{image}” does not answer: {text}"));
    }
    EngineError::Failed(format!("image “{image}” cannot be pulled: {text}"))
}

/// How far a pull is, summed up over its layers.
#[derive(Default)]
struct Progress {
    layers: HashMap<String, (i64, i64)>,
    last: String,
}

impl Progress {
    /// What to say now, if it is something new.
    fn of(&mut self, answer: CreateImageInfo) -> Option<String> {
        let detail = answer.progress_detail.unwrap_or_default();
        if let (Some(id), Some(current), Some(total)) = (answer.id, detail.current, detail.total)
            && total > 0
            && answer.status.as_deref() == Some("Downloading")
        {
            self.layers.insert(id, (current, total));
        }
        let (current, total) = self.layers.values().fold((0, 0), |sum, layer| (sum.0 + layer.0, sum.1 + layer.1));
        let text = if total > 0 {
            format!("{} % of {} MiB", (current * 100 / total).clamp(0, 100) / 5 * 5, total >> 20)
        } else {
            "asking the registry".to_owned()
        };
        (text != self.last).then(|| {
            self.last.clone_from(&text);
            text
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_engines_say_is_told_apart() {
        let image = ImageRef::parse("127.0.0.1:5000/app:1").unwrap();
        for (text, kind) in [
            ("manifest for 127.0.0.1:5000/app:1 not found: manifest unknown: manifest unknown", "absent"),
            ("reading manifest 1 in 127.0.0.1:5000/app: manifest unknown: manifest unknown", "absent"),
            ("Get \"http://127.0.0.1:5000/v2/app/manifests/1\": unauthorized: authentication required", "refused"),
            ("Get \"http://127.0.0.1:5000/v2/app/manifests/1\": no basic auth credentials", "refused"),
            (
                "unable to retrieve auth token: invalid username/password: unauthorized: authentication required",
                "refused",
            ),
            (
                "pull access denied for app, repository does not exist or may require 'docker login': denied: requested access \
                 to the resource is denied",
                "refused",
            ),
            ("Get \"http://127.0.0.1:5000/v2/\": dial tcp 127.0.0.1:5000: connect: connection refused", "away"),
            (
                "pinging container registry registry.example: Get \"https://registry.example/v2/\": dial tcp: lookup",
                "away",
            ),
            ("no matching manifest for linux/amd64 in the manifest list entries", "unknown"),
            ("no image found in manifest list for architecture amd64, variant \"\", OS linux", "unknown"),
            ("write /var/lib/x: no space left on device", "failed"),
        ] {
            let is = match refused(&image, text) {
                EngineError::ImageAbsent(_) => "absent",
                EngineError::RegistryRefused(_) => "refused",
                EngineError::Away(_) => "away",
                EngineError::UnknownImage(_) => "unknown",
                EngineError::Failed(_) => "failed",
                other => panic!("{other}"),
            };
            assert_eq!(is, kind, "{text}");
        }
    }
}
