//! What a container is made from, and how to tell whether one that is there still is what it should be.

use std::collections::HashMap;

use bollard::models::{
    ContainerCreateBody, EndpointSettings, HostConfig, HostConfigLogConfig, ImageInspect, Mount, MountType,
    NetworkingConfig, PortBinding, ResourcesUlimits, RestartPolicy, RestartPolicyNameEnum,
};
use keyrack_types::ids::NodeId;
use sha2::{Digest, Sha256};

use super::host::HostFacts;
use crate::{CLOUDLET_MEMORY, NodePath, NodeSpec};

/// Labels of everything that is ours.
pub const INSTALLATION: &str = "io.keyrack.installation";
pub const ENVIRONMENT: &str = "io.keyrack.environment";
pub const NODE: &str = "io.keyrack.node";
pub const LAYER: &str = "io.keyrack.layer";
pub const NUMBER: &str = "io.keyrack.number";
pub const PLAN: &str = "io.keyrack.plan";
/// On volumes: where in the container it is.
pub const PATH: &str = "io.keyrack.path";

/// Processor time that one cloudlet stands for, in billionths of a processor.
const CLOUDLET_CPU: i64 = 400_000_000;

/// Processes of one node, and files that each of them may have open; as processes of this machine have.
const PROCESSES: i64 = 512;
const OPEN_FILES: i64 = 4096;

/// What the images that people use need to become an ordinary user, and nothing that leads out.
const CAPABILITIES: [&str; 7] = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID"];

/// What the engine itself keeps of a container's output until it is read.
const LOG_SIZE: &str = "100m";

/// Stands in for a first process where the engine has none: ordinary programs are not ended by a signal when they are the
/// first of a container. It hands SIGTERM on, and ends as the command does.
const FIRST: &str = "trap 't=1; kill -TERM $c 2>/dev/null' TERM; /bin/sh -c \"$1\" & c=$!; \
    while :; do t=; wait $c; r=$?; [ -n \"$t\" ] || exit $r; done";

/// What a node's container is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub body: ContainerCreateBody,
    /// Names the plan: the same for the same, another for another.
    pub hash: String,
    /// The port that it listens on inside, when its image names one.
    pub listens_on: Option<u16>,
    /// Volumes by name, and where they are in the container.
    pub volumes: Vec<(String, String)>,
}

/// Names of what belongs to one installation.
#[derive(Clone, Debug)]
pub struct Names {
    pub installation: String,
}

impl Names {
    fn short(&self) -> &str {
        self.installation.get(..8).unwrap_or(&self.installation)
    }

    /// A node's container.
    pub fn container(&self, spec: &NodeSpec) -> String {
        format!("keyrack-{}-{}-{}-{}", self.short(), spec.environment, word(&spec.layer), spec.id)
    }

    /// The network of an environment.
    pub fn network(&self, environment: &str) -> String {
        format!("keyrack-{}-{environment}", self.short())
    }

    fn volume(&self, node: NodeId, path: &str) -> String {
        format!("keyrack-{}-{node}-{}", self.short(), &hash(path.as_bytes())[..12])
    }

    pub fn labels(&self, spec: &NodeSpec) -> HashMap<String, String> {
        HashMap::from([
            (INSTALLATION.to_owned(), self.installation.clone()),
            (ENVIRONMENT.to_owned(), spec.environment.clone()),
            (NODE.to_owned(), spec.id.to_string()),
            (LAYER.to_owned(), spec.layer.clone()),
            (NUMBER.to_owned(), spec.number.to_string()),
        ])
    }
}

/// The names by which nodes of an environment find one.
pub fn aliases(layer: &str, number: &str) -> [String; 2] {
    [word(layer), format!("{}_{number}", word(layer))]
}

/// As part of a container's name: letters, digits, hyphens.
fn word(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect()
}

fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The port that an image listens on: a web server's usual one before others, else its lowest.
pub fn listens_on(image: &ImageInspect) -> Option<u16> {
    let exposed = image.config.as_ref().and_then(|config| config.exposed_ports.as_ref())?;
    let ports: Vec<u16> = exposed
        .iter()
        .filter_map(|port| {
            port.split_once('/').map_or(Some(port.as_str()), |(port, kind)| (kind == "tcp").then_some(port))
        })
        .filter_map(|port| port.parse().ok())
        .collect();
    [80, 8080].into_iter().find(|usual| ports.contains(usual)).or_else(|| ports.iter().min().copied())
}

/// Memory and processor for a node with so much memory.
pub fn limits(memory: u64, facts: &HostFacts) -> (i64, i64) {
    let cloudlets = i64::try_from(memory.div_ceil(CLOUDLET_MEMORY)).unwrap_or(i64::MAX);
    let all = i64::try_from(facts.processors).unwrap_or(1).saturating_mul(1_000_000_000);
    (
        i64::try_from(memory).unwrap_or(i64::MAX),
        cloudlets.saturating_mul(CLOUDLET_CPU).clamp(CLOUDLET_CPU, all.max(CLOUDLET_CPU)),
    )
}

/// What to make for a node from an image that is there.
pub fn plan(names: &Names, spec: &NodeSpec, image: &ImageInspect, facts: &HostFacts) -> Plan {
    let listens_on = listens_on(image);
    let inside = listens_on.unwrap_or(spec.address.port());
    let mut variables = spec.variables.clone();
    variables.extend(spec.facts(inside));
    let port = format!("{inside}/tcp");
    let binding = PortBinding {
        host_ip: Some(spec.address.host().to_string()),
        host_port: Some(spec.address.port().to_string()),
    };
    let volumes = volumes(names, spec, image);
    let mount = |(name, target): &(String, String)| Mount {
        target: Some(target.clone()),
        source: Some(name.clone()),
        typ: Some(MountType::VOLUME),
        ..Mount::default()
    };
    let limit =
        |name: &str, count| ResourcesUlimits { name: Some(name.to_owned()), soft: Some(count), hard: Some(count) };
    let network = names.network(&spec.environment);
    let aliases = aliases(&spec.layer, &spec.number.to_string()).to_vec();
    let endpoint = EndpointSettings { aliases: Some(aliases), ..EndpointSettings::default() };
    let host_config = HostConfig {
        network_mode: Some(network.clone()),
        port_bindings: Some(HashMap::from([(port.clone(), Some(vec![binding]))])),
        mounts: Some(volumes.iter().map(mount).collect()),
        restart_policy: Some(RestartPolicy { name: Some(RestartPolicyNameEnum::NO), maximum_retry_count: None }),
        log_config: Some(HostConfigLogConfig {
            typ: Some("json-file".to_owned()),
            config: Some(HashMap::from([("max-size".to_owned(), LOG_SIZE.to_owned())])),
        }),
        cap_drop: Some(vec!["ALL".to_owned()]),
        cap_add: Some(CAPABILITIES.map(str::to_owned).to_vec()),
        security_opt: Some(vec!["no-new-privileges".to_owned()]),
        pids_limit: Some(PROCESSES),
        ulimits: Some(vec![limit("nofile", OPEN_FILES), limit("nproc", PROCESSES), limit("core", 0)]),
        privileged: Some(false),
        init: facts.init.then_some(true),
        ..HostConfig::default()
    };
    let mut body = ContainerCreateBody {
        // The content that was fetched, whatever the tag means by now.
        image: image.id.clone(),
        env: Some(variables.iter().map(|(name, value)| format!("{name}={value}")).collect()),
        entrypoint: spec.command.as_ref().map(|_| {
            let shell: &[&str] = if facts.init { &["/bin/sh", "-c"] } else { &["/bin/sh", "-c", FIRST, "keyrack"] };
            shell.iter().map(|word| (*word).to_owned()).collect()
        }),
        cmd: spec.command.as_ref().map(|command| vec![command.clone()]),
        exposed_ports: Some(vec![port]),
        labels: Some(names.labels(spec)),
        networking_config: Some(NetworkingConfig { endpoints_config: Some(HashMap::from([(network, endpoint)])) }),
        host_config: Some(host_config),
        ..ContainerCreateBody::default()
    };
    let (memory, processor) = limits(spec.memory, facts);
    let limited = |body: &mut ContainerCreateBody| {
        if let Some(config) = &mut body.host_config {
            (config.memory, config.memory_swap, config.nano_cpus) = (Some(memory), Some(memory), Some(processor));
        }
    };
    // What can be changed while it runs is no part of the plan; Podman's API cannot.
    if facts.podman {
        limited(&mut body);
    }
    // Objects of JSON are sorted, so the text is the same for the same plan.
    let text = serde_json::to_value(&body).unwrap_or_default().to_string();
    let hash = hash(text.as_bytes())[..16].to_owned();
    if let Some(labels) = &mut body.labels {
        labels.insert(PLAN.to_owned(), hash.clone());
    }
    limited(&mut body);
    Plan { body, hash, listens_on, volumes }
}

/// The volumes that the image names and those that the node's owner chose.
fn volumes(names: &Names, spec: &NodeSpec, image: &ImageInspect) -> Vec<(String, String)> {
    let own = image.config.as_ref().and_then(|config| config.volumes.clone()).unwrap_or_default();
    let mut paths: Vec<String> = own
        .iter()
        .chain(&spec.volumes)
        .filter_map(|path| NodePath::of_any_depth(path).ok())
        .filter(|path| !path.is_root())
        .map(|path| format!("/{}", path.relative()))
        .collect();
    paths.sort();
    paths.dedup();
    paths.into_iter().map(|path| (names.volume(spec.id, &path), path)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use bollard::models::ImageConfig;

    use super::*;
    use crate::{ImageRef, NodeAddress};

    fn spec() -> NodeSpec {
        NodeSpec {
            id: NodeId(7),
            environment: "shop".into(),
            layer: "sqldb".into(),
            number: 2,
            image: ImageRef::parse("acme/db:1").unwrap(),
            digest: None,
            command: None,
            variables: BTreeMap::from([("A".into(), "one\ntwo=3".into()), ("PORT".into(), "1".into())]),
            address: NodeAddress::at(31_000),
            memory: 3 * CLOUDLET_MEMORY,
            volumes: vec!["data".into(), "/var/lib/db".into()],
        }
    }

    fn image(ports: &[&str]) -> ImageInspect {
        let text = |list: &[&str]| Some(list.iter().map(|one| (*one).to_owned()).collect());
        let config =
            ImageConfig { exposed_ports: text(ports), volumes: text(&["/var/lib/db"]), ..ImageConfig::default() };
        ImageInspect { id: Some("sha256:12".into()), config: Some(config), ..ImageInspect::default() }
    }

    fn facts() -> HostFacts {
        HostFacts { podman: false, architecture: "amd64".into(), memory: 8 << 30, processors: 2, init: false }
    }

    fn planned(spec: &NodeSpec) -> Plan {
        plan(&Names { installation: "0123456789abcdef".into() }, spec, &image(&["5432/tcp"]), &facts())
    }

    #[test]
    fn a_container_gets_its_variables_to_the_byte_and_the_facts_about_itself() {
        let plan = planned(&spec());
        let variables = plan.body.env.unwrap();
        assert!(variables.contains(&"A=one\ntwo=3".to_owned()) && variables.contains(&"PORT=5432".to_owned()));
        assert_eq!(plan.listens_on, Some(5432));
        let host = plan.body.host_config.unwrap();
        assert_eq!(
            (host.memory, host.memory_swap, host.nano_cpus),
            (Some(384 << 20), Some(384 << 20), Some(1_200_000_000))
        );
        assert_eq!((host.cap_drop, host.privileged, host.binds), (Some(vec!["ALL".into()]), Some(false), None));
        let binding = host.port_bindings.unwrap()["5432/tcp"].clone().unwrap();
        assert_eq!(binding[0].host_ip.as_deref(), Some("127.0.0.1"));
        let endpoints = plan.body.networking_config.unwrap().endpoints_config.unwrap();
        assert_eq!(endpoints["keyrack-01234567-shop"].aliases, Some(vec!["sqldb".into(), "sqldb_2".into()]));
        assert_eq!(plan.volumes.iter().map(|(_, path)| &**path).collect::<Vec<_>>(), ["/data", "/var/lib/db"]);
    }

    #[test]
    fn a_plan_has_another_name_when_it_is_another() {
        let same = planned(&spec()).hash;
        assert_eq!(planned(&spec()).hash, same);
        assert_eq!(planned(&NodeSpec { memory: 1, ..spec() }).hash, same, "limits change while it runs");
        for other in [
            NodeSpec { command: Some("true".into()), ..spec() },
            NodeSpec { variables: BTreeMap::new(), ..spec() },
            NodeSpec { address: NodeAddress::at(31_001), ..spec() },
            NodeSpec { volumes: Vec::new(), ..spec() },
        ] {
            assert_ne!(planned(&other).hash, same);
        }
    }

    #[test]
    fn the_port_of_a_web_server_comes_first() {
        for (ports, port) in [
            (&["443/tcp", "80/tcp"] as &[_], Some(80)),
            (&["9000/tcp", "8443"], Some(8443)),
            (&["53/udp"], None),
            (&[], None),
        ] {
            assert_eq!(listens_on(&image(ports)), port, "{ports:?}");
        }
    }
}
