//! What a node runs, as a whole.

use std::collections::BTreeMap;

use keyrack_domain::environments::{Node, NodeChoice};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::params::{EnvName, NodeId};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Reads what a node runs: image, command, entry point, variables, port, memory.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetContainerRunConfig {
    env_name: EnvName,
    node_id: NodeId,
}

/// What a node runs.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "NodeConfiguration")]
pub struct Configuration {
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<RunConfig>,
}

/// What a node runs, part by part.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RunConfig {
    /// Runs in the place of the image's command; empty when none was set.
    #[schemars(example = &"")]
    cmd: String,
    /// Stands before the command; empty when none was set.
    #[schemars(example = &"")]
    entry_point: String,
    /// Names the content of the image that it runs; absent for a process, and until it was fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    digest: Option<String>,
    /// What of its container is not as it should be: configured since it was made, or changed by others. Absent when nothing is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(example = ["it was made from other settings; its next start makes it anew"])]
    drift: Vec<String>,
    /// Variables by name.
    #[schemars(example = BTreeMap::from([("GREETING", "hello")]))]
    env: BTreeMap<String, String>,
    #[schemars(example = &"keyrack/web")]
    image: String,
    /// How much a process of it may take, in bytes.
    #[schemars(example = 536_870_912)]
    memory: u64,
    #[schemars(example = 31000)]
    port: u16,
    #[schemars(example = &"latest")]
    tag: String,
}

impl Method for GetContainerRunConfig {
    const NAME: &str = "environment.control.GetContainerRunConfig";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NoEnvironment];
    type Answer = Configuration;

    async fn run(self, call: &Call) -> Result<Configuration, ApiError> {
        let (name, choice) = (&self.env_name, NodeChoice::Ids(vec![self.node_id.0]));
        let nodes = call.keyrack.environments.read_configuration(&call.caller, &call.client, name, &choice).await?;
        let Some(node) = nodes.into_iter().next() else { return Ok(Configuration { object: None }) };
        let drift = call.keyrack.environments.drift(&call.caller, name, &node).await?;
        let config = |node: Node| RunConfig {
            drift,
            memory: node.spec(name).memory,
            digest: node.facts.digest,
            cmd: node.facts.command.unwrap_or_default(),
            entry_point: node.facts.entry_point.unwrap_or_default(),
            env: node.facts.variables,
            image: node.image.name,
            port: node.address.port(),
            tag: node.image.tag,
        };
        Ok(Configuration { object: Some(config(node)) })
    }
}
