//! What nodes are configured to run and to keep, as answers.

use keyrack_domain::engine;
use keyrack_domain::environments::Node;
use schemars::JsonSchema;
use serde::Serialize;

/// A command, or a part of one; empty when none was set.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "NodeCommand")]
pub struct Command {
    #[schemars(example = &"sleep 60")]
    pub object: String,
}

/// The folders that are volumes.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "NodeVolumes")]
pub struct Volumes {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = ["/data"])]
    pub object: Option<Vec<String>>,
    /// What a container engine keeps for the node, volumes of its image included; absent for a process.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    volumes: Vec<Volume>,
}

/// A folder whose content outlives its container.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "NodeVolume")]
struct Volume {
    /// As the engine calls it.
    #[schemars(example = &"keyrack-01234567-1-89abcdef0123")]
    name: String,
    #[schemars(example = &"/data")]
    path: String,
    /// What is in it, in bytes; absent while the node does not run, or has no `du` in its image.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = 4096)]
    size: Option<u64>,
}

impl Volumes {
    /// Of a node, if there is one.
    pub fn of(node: Option<(Node, Vec<engine::Volume>)>) -> Volumes {
        let (object, volumes) = match node {
            Some((node, volumes)) => (Some(node.facts.volumes), volumes),
            None => (None, Vec::new()),
        };
        let volume = |engine::Volume { path, name, size }| Volume { name, path, size };
        Volumes { object, volumes: volumes.into_iter().map(volume).collect() }
    }
}
