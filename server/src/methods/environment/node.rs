//! Nodes, by the names that clients of the platform read.

use keyrack_domain::environments;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::empty::{NoFields, NoItems};

/// A node. What the platform knows and this server does not have is fixed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Node {
    addons: NoItems,
    #[schemars(example = &"127.0.0.1")]
    address: String,
    #[schemars(example = &"http://127.0.0.1:31000")]
    admin_url: String,
    bandwidth_limit: u32,
    can_be_exported: bool,
    #[schemars(example = &"")]
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
    #[schemars(example = &"LINUX")]
    guest_os_type: &'static str,
    has_packages: bool,
    #[serde(rename = "hostOSType")]
    #[schemars(example = &"LINUX")]
    host_os_type: &'static str,
    id: i64,
    #[serde(rename = "intIP")]
    #[schemars(example = &"127.0.0.1")]
    int_ip: String,
    /// Whether it is the first of its layer.
    ismaster: bool,
    maxchanks: u32,
    messages: NoItems,
    #[schemars(example = &"keyrack/web")]
    name: String,
    #[schemars(example = &"cp")]
    node_group: String,
    #[schemars(example = &"web")]
    node_type: String,
    #[schemars(example = &"web")]
    nodemission: String,
    #[schemars(example = &"LINUX")]
    os_type: &'static str,
    packages: NoItems,
    /// The port that is kept for it.
    #[schemars(example = 31000)]
    port: u16,
    single_context: bool,
    status: i64,
    #[serde(rename = "type")]
    #[schemars(example = &"DOCKERIZED")]
    kind: &'static str,
    #[schemars(example = &"http://127.0.0.1:31000")]
    url: String,
    #[schemars(example = &"")]
    user: &'static str,
    #[schemars(example = &"ct")]
    v_type: &'static str,
    #[schemars(example = &"latest")]
    version: String,
}

/// The image of a node.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "NodeImage")]
struct Image {
    /// Names the content that the node runs for ever; absent for a process, and until it was fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    docker_digest: Option<String>,
    docker_manifest: NoFields,
    #[schemars(example = &"keyrack/web")]
    docker_name: String,
    #[schemars(example = &"linux")]
    docker_os: &'static str,
    #[schemars(example = &"latest")]
    docker_tag: String,
    #[schemars(example = json!([]))]
    docker_volumes: Vec<String>,
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
