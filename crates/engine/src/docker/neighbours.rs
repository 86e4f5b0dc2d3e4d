//! Names of neighbours where the engine has no name server: Podman without a plugin for it.
//!
//! Every container of an environment gets the others' addresses into its `/etc/hosts`. It needs a shell and `grep` in the image;
//! without them it finds its neighbours only where the engine itself tells names.

use std::collections::HashMap;

use bollard::query_parameters::ListContainersOptions;

use super::host::{Connection, Host};
use super::plan::{ENVIRONMENT, INSTALLATION, LAYER, NUMBER, Names, aliases};
use super::{exec, run};

/// Writes the names of all that run in an environment into each of them.
pub async fn tell(host: &Host, at: &Connection, names: &Names, environment: &str) {
    let labels = vec![format!("{INSTALLATION}={}", names.installation), format!("{ENVIRONMENT}={environment}")];
    let options =
        ListContainersOptions { filters: Some(HashMap::from([("label".to_owned(), labels)])), ..Default::default() };
    let Ok(listed) = at.docker.list_containers(Some(options)).await else { return };
    let (mut containers, mut lines) = (Vec::new(), Vec::new());
    for one in listed {
        let (Some(id), labels) = (one.id, one.labels.unwrap_or_default()) else { continue };
        let (Some(layer), Some(number)) = (labels.get(LAYER), labels.get(NUMBER)) else { continue };
        let Ok(Some(found)) = run::inspect(host, at, &id).await else { continue };
        let networks = found.network_settings.and_then(|settings| settings.networks).unwrap_or_default();
        let address = networks.get(&names.network(environment)).and_then(|endpoint| endpoint.ip_address.clone());
        if let Some(address) = address.filter(|address| !address.is_empty()) {
            lines.push(format!("{address} {} # keyrack", aliases(layer, number).join(" ")));
            containers.push(id);
        }
    }
    lines.sort();
    let block = lines.join("\n");
    for container in containers {
        const SCRIPT: &str = "h=$(grep -v '# keyrack$' /etc/hosts); printf '%s\\n%s\\n' \"$h\" \"$1\" > /etc/hosts";
        let words = ["/bin/sh", "-c", SCRIPT, "names", &block];
        if let Err(error) = exec::simple(host, at, &container, Some("0"), &words).await {
            tracing::debug!(%error, environment, "a container is not told its neighbours' names");
        }
    }
}
