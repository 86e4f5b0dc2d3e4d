//! Environments and logs, with the names that clients of the platform read.

use keyrack_domain::engine;
use keyrack_domain::environments;
use keyrack_domain::types::accounts::Role;
use keyrack_wire::Moment;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

/// The one region there is: this server.
pub const REGION: &str = "local";
pub const REGION_NAME: &str = "This server";

/// The seconds that the platform waits between two nodes of a layer unless told otherwise.
const DELAY: u32 = 30;

/// A list that is always empty.
type NoItems = [(); 0];

/// An object that is always empty.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct NoFields {}

/// Whether the environment is in an account of this user, or no user is named.
pub fn of_owner(environment: &environments::Environment, owner: Option<i64>) -> bool {
    owner.is_none_or(|owner| environment.owner.0 == owner)
}

/// One environment with everything.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "EnvironmentInfo")]
pub struct Info {
    #[serde(flatten)]
    parts: Parts,
    /// The role of who asks, in capitals.
    #[schemars(example = &"OWNER")]
    right: String,
}

/// One environment with everything inside another answer, where it has a result of its own.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "EnvironmentInfoWithResult")]
pub struct InfoWithResult {
    #[serde(flatten)]
    parts: Parts,
    #[schemars(example = 0)]
    result: u8,
    /// The role of who asks, in capitals.
    #[schemars(example = &"OWNER")]
    right: String,
}

/// One environment as the response of what was done to it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "EnvironmentResponse")]
pub struct InfoResponse {
    response: InfoWithResult,
}

/// Environments with everything.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "EnvironmentInfos")]
pub struct Infos {
    infos: Vec<InfoWithResult>,
}

/// Environments in short.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BasicEnvironmentInfos")]
pub struct BasicInfos {
    infos: Vec<BasicInfo>,
}

/// What is told of an environment, besides who asks.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "EnvironmentParts")]
struct Parts {
    env: Environment,
    /// The groups that it is in.
    #[schemars(example = json!([]))]
    env_groups: Vec<String>,
    node_groups: Vec<Layer>,
    nodes: Vec<Node>,
    nodes_data: NoItems,
    nodes_internal_domains: NoItems,
}

/// One environment in short.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "BasicEnvironmentInfo")]
struct BasicInfo {
    env: Environment,
    /// The groups that it is in.
    #[schemars(example = json!([]))]
    env_groups: Vec<String>,
    node_groups: Vec<BasicLayer>,
    #[schemars(example = 0)]
    result: u8,
    /// The role of who asks, in capitals.
    #[schemars(example = &"OWNER")]
    right: String,
}

/// An environment itself.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(example = json!({ "envName": "my-project", "status": 1 }))]
struct Environment {
    appid: String,
    /// What is deployed in it.
    contexts: Vec<Deployed>,
    created_on: Moment,
    creator_uid: i64,
    display_name: String,
    domain: String,
    env_name: String,
    extdomains: NoItems,
    hardware_node_group: String,
    host_group: HostGroup,
    is_firewall_enabled: bool,
    is_transferring: bool,
    ishaenabled: bool,
    shortdomain: String,
    sslstate: bool,
    /// The number of its state.
    status: i64,
    /// The account's owner.
    uid: i64,
}

/// Where an environment is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct HostGroup {
    display_name: &'static str,
    unique_name: String,
}

/// What is deployed in a context.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "DeployedContext")]
struct Deployed {
    archivename: String,
    context: String,
    size: u64,
    #[serde(rename = "type")]
    kind: &'static str,
    /// Who deployed it.
    uid: i64,
    updated_on: Moment,
}

/// A layer by its name.
#[derive(Debug, Serialize, JsonSchema)]
struct BasicLayer {
    #[schemars(example = &"cp")]
    name: String,
}

/// A layer.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(example = json!({ "name": "cp" }))]
pub struct Layer {
    deployments: Vec<Deployed>,
    /// What people call it, when that was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    features: NoItems,
    #[serde(rename = "isSLBAccessEnabled")]
    is_slb_access_enabled: bool,
    is_sequential_deploy: bool,
    name: String,
    redeploy_container_delay: u32,
    redeploy_context_delay: u32,
    restart_container_delay: u32,
    restart_node_delay: u32,
    scaling_mode: &'static str,
    template_type: &'static str,
    v_type: &'static str,
}

/// A node. What the platform knows and this server does not have is fixed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(example = json!({ "id": 1, "nodeGroup": "cp", "status": 1 }))]
struct Node {
    addons: NoItems,
    address: String,
    admin_url: String,
    bandwidth_limit: u32,
    can_be_exported: bool,
    context_validator_regex: &'static str,
    ctid: i64,
    customitem: Image,
    disk_io_limit: u32,
    disk_iops_limit: u32,
    disk_limit: u32,
    /// What people call it, when that was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    endpoints: NoItems,
    features: NoItems,
    fixed_cloudlets: u32,
    flexible_cloudlets: u32,
    #[serde(rename = "guestOSType")]
    guest_os_type: &'static str,
    has_packages: bool,
    #[serde(rename = "hostOSType")]
    host_os_type: &'static str,
    id: i64,
    #[serde(rename = "intIP")]
    int_ip: String,
    /// Whether it is the first of its layer.
    ismaster: bool,
    maxchanks: u32,
    messages: NoItems,
    name: String,
    node_group: String,
    node_type: String,
    nodemission: String,
    os_type: &'static str,
    packages: NoItems,
    /// The port that is kept for it.
    port: u16,
    single_context: bool,
    status: i64,
    #[serde(rename = "type")]
    kind: &'static str,
    url: String,
    user: &'static str,
    v_type: &'static str,
    version: String,
}

/// The image of a node.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "NodeImage")]
struct Image {
    /// Names the content that the node runs for ever; absent for a process, and until it was fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    docker_digest: Option<String>,
    docker_manifest: NoFields,
    docker_name: String,
    docker_os: &'static str,
    docker_tag: String,
    docker_volumes: Vec<String>,
}

/// A log of a node.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogFile {
    last_modified: Moment,
    #[schemars(example = &"output.log")]
    name: String,
    /// As ReadLog takes it.
    #[schemars(example = &"output.log")]
    path: String,
    /// In bytes.
    #[schemars(example = 120)]
    size: u64,
}

impl Info {
    pub fn of(environment: environments::Environment, role: Role) -> Info {
        Info { parts: environment.into(), right: right(role) }
    }
}

impl InfoWithResult {
    pub fn of(environment: environments::Environment, role: Role) -> InfoWithResult {
        InfoWithResult { parts: environment.into(), result: 0, right: right(role) }
    }
}

impl InfoResponse {
    pub fn of(environment: environments::Environment, role: Role) -> InfoResponse {
        InfoResponse { response: InfoWithResult::of(environment, role) }
    }
}

impl Infos {
    pub fn of(environments: impl Iterator<Item = environments::Environment>, role: Role) -> Infos {
        Infos { infos: environments.map(|environment| InfoWithResult::of(environment, role)).collect() }
    }
}

impl BasicInfos {
    pub fn of(environments: impl Iterator<Item = environments::Environment>, role: Role) -> BasicInfos {
        let basic = |environment: environments::Environment| {
            let Parts { env, env_groups, node_groups, .. } = environment.into();
            let node_groups = node_groups.into_iter().map(|layer| BasicLayer { name: layer.name }).collect();
            BasicInfo { env, env_groups, node_groups, result: 0, right: right(role) }
        };
        BasicInfos { infos: environments.map(basic).collect() }
    }
}

/// [`InfoWithResult`] as JSON.
pub fn info_with_result(environment: &environments::Environment, role: Role) -> Value {
    json!(InfoWithResult::of(environment.clone(), role))
}

fn right(role: Role) -> String {
    role.name().to_uppercase()
}

impl From<environments::Environment> for Parts {
    fn from(mut environment: environments::Environment) -> Parts {
        let (mut node_groups, mut nodes) = (Vec::new(), Vec::new());
        for mut layer in environment.layers.drain(..) {
            nodes.extend(layer.nodes.drain(..).map(Node::from));
            node_groups.push(Layer::from(layer));
        }
        let contexts = node_groups.iter().flat_map(|layer| &layer.deployments).cloned().collect();
        let region = environment.settings.region.take().unwrap_or_else(|| REGION.to_owned());
        let env = Environment {
            contexts,
            created_on: Moment(environment.created),
            creator_uid: environment.creator.0,
            domain: environment.domain(),
            extdomains: [],
            hardware_node_group: region.clone(),
            host_group: HostGroup { display_name: REGION_NAME, unique_name: region },
            is_firewall_enabled: false,
            is_transferring: false,
            ishaenabled: environment.settings.ha,
            shortdomain: environment.name.clone(),
            sslstate: environment.settings.ssl,
            status: environment.status.code(),
            uid: environment.owner.0,
            appid: environment.appid,
            display_name: environment.display_name,
            env_name: environment.name,
        };
        Parts { env, env_groups: environment.groups, node_groups, nodes, nodes_data: [], nodes_internal_domains: [] }
    }
}

impl From<environments::Deployment> for Deployed {
    fn from(deployment: environments::Deployment) -> Deployed {
        Deployed {
            archivename: deployment.archive,
            context: deployment.context,
            size: deployment.size,
            kind: "ARCHIVE",
            uid: deployment.user.0,
            updated_on: Moment(deployment.deployed),
        }
    }
}

impl From<environments::Layer> for Layer {
    fn from(layer: environments::Layer) -> Layer {
        Layer {
            deployments: layer.deployments.into_iter().map(Deployed::from).collect(),
            display_name: Some(layer.display_name).filter(|name| !name.is_empty()),
            features: [],
            is_slb_access_enabled: true,
            is_sequential_deploy: false,
            name: layer.name,
            redeploy_container_delay: DELAY,
            redeploy_context_delay: DELAY,
            restart_container_delay: DELAY,
            restart_node_delay: DELAY,
            scaling_mode: "STATELESS",
            template_type: "DOCKERIZED",
            v_type: "ct",
        }
    }
}

impl From<environments::Node> for Node {
    fn from(node: environments::Node) -> Node {
        const DISK_MB: u32 = 10 * 1024;
        // A node without a web application keeps its port all the same.
        let (host, url) = (node.address.host().to_string(), node.address.url());
        Node {
            addons: [],
            address: host.clone(),
            admin_url: url.clone(),
            bandwidth_limit: 0,
            can_be_exported: false,
            context_validator_regex: "",
            ctid: node.id.0,
            customitem: Image {
                docker_digest: node.facts.digest,
                docker_manifest: NoFields {},
                docker_name: node.image.name.clone(),
                docker_os: "linux",
                docker_tag: node.image.tag.clone(),
                docker_volumes: node.facts.volumes,
            },
            disk_io_limit: 0,
            disk_iops_limit: 0,
            disk_limit: DISK_MB,
            display_name: node.facts.display_name,
            endpoints: [],
            features: [],
            fixed_cloudlets: node.fixed_cloudlets,
            flexible_cloudlets: node.flexible_cloudlets,
            guest_os_type: "LINUX",
            has_packages: false,
            host_os_type: "LINUX",
            id: node.id.0,
            int_ip: host,
            ismaster: node.master,
            maxchanks: node.flexible_cloudlets,
            messages: [],
            name: node.image.name,
            node_group: node.group,
            node_type: node.node_type.clone(),
            nodemission: node.node_type,
            os_type: "LINUX",
            packages: [],
            port: node.address.port(),
            single_context: true,
            status: node.status.code(),
            kind: "DOCKERIZED",
            url,
            user: "",
            v_type: "ct",
            version: node.image.tag,
        }
    }
}

impl From<engine::LogFile> for LogFile {
    fn from(log: engine::LogFile) -> LogFile {
        LogFile { last_modified: Moment(log.modified), name: log.path.clone(), path: log.path, size: log.size }
    }
}
