//! What is done whenever a host is there (again): what belongs to nobody goes, and what is not wanted to run stops.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bollard::query_parameters::{ListContainersOptions, ListNetworksOptions};
use keyrack_types::ids::NodeId;

use super::host::{Connection, Host};
use super::plan::{ENVIRONMENT, INSTALLATION, NODE};
use super::{Shared, container, run};

/// What a container that should not run gets to end by itself.
const GRACE: Duration = Duration::from_secs(2);

/// Brings a host into order. Nothing is touched that does not have this installation's label, and nothing at all before the
/// server has said which nodes there are.
pub async fn sweep(shared: Arc<Shared>, host: Arc<Host>, at: Connection) {
    let Some(nodes) = shared.known_nodes.borrow().clone() else { return };
    let _shaping = shared.shaping.lock().await;
    let label = vec![format!("{INSTALLATION}={}", shared.names.installation)];
    let filters = HashMap::from([("label".to_owned(), label)]);
    let options = ListContainersOptions { all: true, filters: Some(filters.clone()), ..Default::default() };
    let Ok(listed) = at.docker.list_containers(Some(options)).await else { return };
    for one in listed {
        let labels = one.labels.unwrap_or_default();
        let node = labels.get(NODE).and_then(|node| node.parse().ok()).map(NodeId);
        let (Some(id), Some(node)) = (one.id, node) else { continue };
        if labels.get(INSTALLATION) != Some(&shared.names.installation) {
            continue;
        }
        // A node that was made since has a place.
        let known = nodes.contains_key(&node) || shared.state.get(node).is_some();
        if !known {
            tracing::info!(%node, engine = %host.url(), "a container of a node that is no more is removed");
            let _ = container::stopped_and_removed(&host, &at, &id).await;
            let _ = container::remove_all(&host, &at, &shared.names, node).await;
        } else if nodes.get(&node) == Some(&false) && shared.lives(node).is_none() {
            let _ = run::stop(&host, &id, GRACE).await;
        }
    }
    let Ok(networks) = at.docker.list_networks(Some(ListNetworksOptions { filters: Some(filters) })).await else {
        return;
    };
    for network in networks {
        let labels = network.labels.unwrap_or_default();
        let ours = labels.get(INSTALLATION) == Some(&shared.names.installation);
        if let Some(environment) = labels.get(ENVIRONMENT).filter(|_| ours)
            && shared.state.of_environment(environment).is_empty()
        {
            container::remove_network(&at, &shared.names, environment).await;
        }
    }
}
