//! Environments, logs and actions as JSON, with the names that clients of the platform read.

use keyrack_domain::engine::LogFile;
use keyrack_domain::environments::{Environment, Layer, Node};
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::dates::wire_moment;
use serde_json::{Value, json};

use super::deployment;

/// The one region there is: this server.
pub const REGION: &str = "local";
pub const REGION_NAME: &str = "This server";

/// The seconds that the platform waits between two nodes of a layer unless told otherwise.
const DELAY: u32 = 30;

/// Whether the environment is in an account of this user, or no user is named.
pub fn of_owner(environment: &Environment, owner: Option<i64>) -> bool {
    owner.is_none_or(|owner| environment.owner.0 == owner)
}

/// Several environments with everything.
pub fn infos<'a>(environments: impl Iterator<Item = &'a Environment>, role: Role) -> Value {
    json!({ "infos": environments.map(|environment| info_with_result(environment, role)).collect::<Vec<_>>() })
}

/// Several environments in short.
pub fn basic_infos<'a>(environments: impl Iterator<Item = &'a Environment>, role: Role) -> Value {
    let basic = |environment: &Environment| {
        json!({
            "result": 0,
            "right": right(role),
            "env": env(environment),
            "envGroups": environment.groups,
            "nodeGroups": environment.layers.iter().map(|layer| json!({ "name": layer.name })).collect::<Vec<_>>(),
        })
    };
    json!({ "infos": environments.map(basic).collect::<Vec<_>>() })
}

/// One environment inside another answer, where it has a result of its own.
pub fn info_with_result(environment: &Environment, role: Role) -> Value {
    let mut info = info(environment, role);
    info["result"] = json!(0);
    info
}

/// One environment with everything.
pub fn info(environment: &Environment, role: Role) -> Value {
    json!({
        "right": right(role),
        "env": env(environment),
        "envGroups": environment.groups,
        "nodeGroups": environment.layers.iter().map(layer).collect::<Vec<_>>(),
        "nodes": environment.nodes().map(node).collect::<Vec<_>>(),
        "nodesData": [],
        "nodesInternalDomains": [],
    })
}

fn right(role: Role) -> String {
    role.name().to_uppercase()
}

fn env(environment: &Environment) -> Value {
    let region = environment.settings.region.as_deref().unwrap_or(REGION);
    json!({
        "appid": environment.appid,
        "contexts": environment.layers.iter().flat_map(|layer| &layer.deployments).map(deployment::deployment).collect::<Vec<_>>(),
        "createdOn": wire_moment(environment.created),
        "creatorUid": environment.creator,
        "displayName": environment.display_name,
        "domain": environment.domain(),
        "envName": environment.name,
        "extdomains": [],
        "hardwareNodeGroup": region,
        "hostGroup": { "displayName": REGION_NAME, "uniqueName": region },
        "isFirewallEnabled": false,
        "isTransferring": false,
        "ishaenabled": environment.settings.ha,
        "shortdomain": environment.name,
        "sslstate": environment.settings.ssl,
        "status": environment.status.code(),
        "uid": environment.owner,
    })
}

/// A layer.
pub fn layer(layer: &Layer) -> Value {
    json!({
        "name": layer.name,
        "displayName": Some(&layer.display_name).filter(|name| !name.is_empty()),
        "deployments": layer.deployments.iter().map(deployment::deployment).collect::<Vec<_>>(),
        "features": [],
        "isSLBAccessEnabled": true,
        "isSequentialDeploy": false,
        "redeployContainerDelay": DELAY,
        "redeployContextDelay": DELAY,
        "restartContainerDelay": DELAY,
        "restartNodeDelay": DELAY,
        "scalingMode": "STATELESS",
        "templateType": "DOCKERIZED",
        "vType": "ct",
    })
}

fn node(node: &Node) -> Value {
    const DISK_MB: u32 = 10 * 1024;
    // A node without a web application keeps its port all the same.
    let url = format!("http://127.0.0.1:{}", node.port);
    json!({
        "id": node.id,
        "name": node.image.name,
        "displayName": node.facts.display_name,
        "nodeGroup": node.group,
        "nodeType": node.node_type,
        "nodemission": node.node_type,
        "type": "DOCKERIZED",
        "status": node.status.code(),
        "address": "127.0.0.1",
        "intIP": "127.0.0.1",
        "url": url,
        "adminUrl": url,
        "ctid": node.id,
        "customitem": {
            "dockerName": node.image.name,
            "dockerTag": node.image.tag,
            "dockerOs": "linux",
            "dockerManifest": {},
            "dockerVolumes": node.facts.volumes,
        },
        "diskIoLimit": 0,
        "diskIopsLimit": 0,
        "diskLimit": DISK_MB,
        "bandwidthLimit": 0,
        "endpoints": [],
        "features": [],
        "fixedCloudlets": node.fixed_cloudlets,
        "flexibleCloudlets": node.flexible_cloudlets,
        "guestOSType": "LINUX",
        "hostOSType": "LINUX",
        "osType": "LINUX",
        "hasPackages": false,
        "ismaster": node.master,
        "maxchanks": node.flexible_cloudlets,
        "messages": [],
        "packages": [],
        "port": node.port,
        "singleContext": true,
        "user": "",
        "vType": "ct",
        "version": node.image.tag,
        "addons": [],
        "canBeExported": false,
        "contextValidatorRegex": "",
    })
}

/// A log of a node.
pub fn log_file(log: &LogFile) -> Value {
    json!({ "name": log.path, "path": log.path, "size": log.size, "lastModified": wire_moment(log.modified) })
}
