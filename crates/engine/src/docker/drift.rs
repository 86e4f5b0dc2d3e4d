//! What of a container is not what it should be: configured since and not applied yet, or changed by others.

use bollard::models::{ContainerInspectResponse, RestartPolicyNameEnum};

use super::host::{Connection, Host};
use super::plan::Names;
use super::{Shared, container, run};
use crate::{EngineError, NodeSpec};

/// Every difference between the node's container and what it should be, each as a clause; none when it has no container.
///
/// # Errors
/// [`EngineError::Away`], [`EngineError::Failed`].
pub async fn drift(shared: &Shared, host: &Host, at: &Connection, spec: &NodeSpec) -> Result<Vec<String>, EngineError> {
    let found = container::of_node(host, at, &shared.names, spec.id).await?;
    let Some(present) = found.first() else { return Ok(Vec::new()) };
    let mut differences = Vec::new();
    match container::planned(shared, host, at, spec).await {
        Ok(plan) if plan.hash != present.plan => {
            differences.push("it was made from other settings; its next start makes it anew".to_owned());
        }
        Ok(_) => {}
        Err(EngineError::UnknownImage(why)) => differences.push(why),
        Err(error) => return Err(error),
    }
    if let Some(is) = run::inspect(host, at, &present.id).await? {
        differences.extend(changed(&is, &shared.names, spec));
    }
    Ok(differences)
}

/// What can be changed of a container while it is there, as far as it was.
fn changed(is: &ContainerInspectResponse, names: &Names, spec: &NodeSpec) -> Vec<String> {
    let mut differences = Vec::new();
    if is.state.as_ref().and_then(|state| state.paused) == Some(true) {
        differences.push("it is paused".to_owned());
    }
    if let Some(config) = &is.host_config {
        let mib = |bytes: u64| bytes >> 20;
        let memory = config.memory.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0);
        if memory != spec.memory {
            let (is, should) = (mib(memory), mib(spec.memory));
            differences.push(format!("it may take {is} MiB of memory in the place of {should} MiB"));
        }
        let restarts = config.restart_policy.as_ref().and_then(|policy| policy.name);
        if restarts.is_some_and(|name| !matches!(name, RestartPolicyNameEnum::NO | RestartPolicyNameEnum::EMPTY)) {
            differences.push("the engine restarts it too".to_owned());
        }
    }
    let own = names.network(&spec.environment);
    let networks = is.network_settings.as_ref().and_then(|settings| settings.networks.as_ref());
    if let Some(networks) = networks {
        if !networks.contains_key(&own) {
            differences.push("it is not in the network of its environment".to_owned());
        }
        let mut others: Vec<_> = networks.keys().filter(|name| **name != own).collect();
        others.sort();
        differences.extend(others.into_iter().map(|name| format!("it is in network “{name}” too")));
    }
    differences
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap};

    use bollard::models::{ContainerState, EndpointSettings, HostConfig, NetworkSettings, RestartPolicy};
    use keyrack_types::ids::NodeId;

    use super::*;
    use crate::{ImageRef, NodeAddress};

    fn spec() -> NodeSpec {
        NodeSpec {
            id: NodeId(1),
            environment: "shop".into(),
            layer: "cp".into(),
            number: 1,
            image: ImageRef::parse("acme/app:1").unwrap(),
            digest: None,
            command: None,
            variables: BTreeMap::new(),
            address: NodeAddress::at(31_000),
            memory: 128 << 20,
            volumes: Vec::new(),
        }
    }

    fn container(memory: i64, restarts: RestartPolicyNameEnum, networks: &[&str]) -> ContainerInspectResponse {
        let endpoints = networks.iter().map(|name| ((*name).to_owned(), EndpointSettings::default()));
        ContainerInspectResponse {
            state: Some(ContainerState { paused: Some(false), ..ContainerState::default() }),
            host_config: Some(HostConfig {
                memory: Some(memory),
                restart_policy: Some(RestartPolicy { name: Some(restarts), maximum_retry_count: None }),
                ..HostConfig::default()
            }),
            network_settings: Some(NetworkSettings {
                networks: Some(endpoints.collect::<HashMap<_, _>>()),
                ..NetworkSettings::default()
            }),
            ..ContainerInspectResponse::default()
        }
    }

    #[test]
    fn what_others_changed_is_named() {
        let names = Names { installation: "0123456789abcdef".into() };
        let own = "keyrack-01234567-shop";
        let is = container(128 << 20, RestartPolicyNameEnum::NO, &[own]);
        assert_eq!(changed(&is, &names, &spec()), [""; 0]);
        let is = container(64 << 20, RestartPolicyNameEnum::ALWAYS, &["bridge"]);
        assert_eq!(
            changed(&is, &names, &spec()),
            [
                "it may take 64 MiB of memory in the place of 128 MiB",
                "the engine restarts it too",
                "it is not in the network of its environment",
                "it is in network “bridge” too",
            ]
        );
    }
}
