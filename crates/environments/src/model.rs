//! Environments as the operations see them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::deployments::Deployment;
use keyrack_core::cluster::Placement;
use keyrack_core::error::Error;
use keyrack_engine::{CLOUDLET_MEMORY, EngineError, ImageRef, NodeAddress, NodeSpec};
use keyrack_types::environment_name::DOMAIN;
use keyrack_types::environments::{EnvStatus, EnvironmentView, LayerView, NodeView};
use keyrack_types::ids::{AccountId, EnvironmentId, NodeId, UserId};

/// One environment with everything that is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    pub id: EnvironmentId,
    pub account: AccountId,
    /// The account's owner.
    pub owner: UserId,
    pub creator: UserId,
    /// The short name, in lower case.
    pub name: String,
    /// What people call it; the short name unless set.
    pub display_name: String,
    /// 32 hexadecimal digits.
    pub appid: String,
    pub status: EnvStatus,
    pub settings: EnvironmentSettings,
    /// While Broken: why.
    pub failure: Option<Failure>,
    pub created: DateTime<Utc>,
    /// The server that runs it.
    pub placement: Option<Placement>,
    /// The groups of environments that it is in, sorted.
    pub groups: Vec<String>,
    /// In the order in which they were made.
    pub layers: Vec<Layer>,
}

/// What an environment was created with besides its nodes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EnvironmentSettings {
    pub region: Option<String>,
    pub ha: bool,
    pub ssl: bool,
}

/// The nodes of one role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    pub name: String,
    /// What people call it; empty unless set.
    pub display_name: String,
    /// What clients keep with it.
    pub data: Map<String, Value>,
    /// What is deployed in it, sorted by context.
    pub deployments: Vec<Deployment>,
    pub nodes: Vec<Node>,
}

/// One node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub id: NodeId,
    pub group: String,
    pub node_type: String,
    pub image: ImageRef,
    /// The first of its layer.
    pub master: bool,
    /// Which one of its layer it is, from 1.
    pub number: u32,
    pub fixed_cloudlets: u32,
    pub flexible_cloudlets: u32,
    /// Where it answers; the port is kept for it.
    pub address: NodeAddress,
    pub facts: NodeFacts,
    pub status: EnvStatus,
}

/// What a node was created with besides its columns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NodeFacts {
    /// Replaces what the image runs; handed to a shell.
    pub command: Option<String>,
    /// Stands before the command; alone, it is the command.
    pub entry_point: Option<String>,
    pub variables: BTreeMap<String, String>,
    /// Whether it answers on its port.
    pub listens: bool,
    /// What people call it.
    pub display_name: Option<String>,
    /// Folders whose content is asked about when the node is redeployed.
    pub volumes: Vec<String>,
    /// The node whose files it still has to be given.
    pub copy_of: Option<NodeId>,
    /// Which content of its image it runs, `sha256:…`; none until it was fetched, and where images have none.
    pub digest: Option<String>,
    /// What it ran before it was redeployed last, to go back to.
    pub former: Option<FormerImage>,
}

/// A tag and the content that it meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerImage {
    pub tag: String,
    pub digest: Option<String>,
}

/// Why an environment is Broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub node: NodeId,
    /// A sentence without its full stop: `it ended with exit code 1`.
    pub reason: String,
    /// The last lines that the node wrote.
    pub last_lines: Vec<String>,
    /// What it was about, where that has a code of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<FailureAbout>,
}

/// What a node failed for before it ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureAbout {
    /// The registry does not give its image to whoever signs in so.
    RegistryLogin,
    /// What runs it, or the registry, does not answer.
    Away,
}

impl Failure {
    /// A node that cannot be brought up for this reason.
    pub fn of(node: NodeId, reason: impl std::fmt::Display) -> Failure {
        Failure { node, reason: reason.to_string(), last_lines: Vec::new(), about: None }
    }

    /// A node for which its engine could not do something.
    pub fn of_engine(node: NodeId, error: &EngineError) -> Failure {
        let about = match error {
            EngineError::RegistryRefused(_) => Some(FailureAbout::RegistryLogin),
            EngineError::Away(_) => Some(FailureAbout::Away),
            _ => None,
        };
        Failure { about, ..Failure::of(node, error) }
    }

    /// As the answer to whoever asked for it.
    pub fn into_error(self, environment: &str) -> Error {
        let text = format!("environment “{environment}” is broken: {self}");
        match self.about {
            Some(FailureAbout::RegistryLogin) => Error::RegistryLogin(text),
            Some(FailureAbout::Away) => Error::EngineAway(text),
            None => Error::Engine(text),
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "node {} does not stay up: {}", self.node, self.reason)?;
        match self.last_lines.last() {
            Some(line) => write!(f, "; its last line: {line}"),
            None => Ok(()),
        }
    }
}

impl NodeFacts {
    /// What is handed to a shell in the place of what the image runs.
    pub fn whole_command(&self) -> Option<String> {
        match (&self.entry_point, &self.command) {
            (None, command) => command.clone(),
            (Some(entry), None) => Some(entry.clone()),
            (Some(entry), Some(command)) => Some(format!("{entry} {command}")),
        }
    }
}

impl Node {
    /// Where it answers, whether it runs or not.
    pub fn url(&self) -> Option<String> {
        self.facts.listens.then(|| self.address.url())
    }

    /// What the engine has to know of it.
    pub fn spec(&self, environment: &str) -> NodeSpec {
        NodeSpec {
            id: self.id,
            environment: environment.to_owned(),
            layer: self.group.clone(),
            number: self.number,
            image: self.image.clone(),
            digest: self.facts.digest.clone(),
            command: self.facts.whole_command(),
            variables: self.facts.variables.clone(),
            address: self.address,
            volumes: self.facts.volumes.clone(),
            memory: u64::from(self.flexible_cloudlets.max(self.fixed_cloudlets).max(1)) * CLOUDLET_MEMORY,
        }
    }
}

impl Environment {
    /// All its nodes, layer by layer.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.layers.iter().flat_map(|layer| &layer.nodes)
    }

    /// Its name as a host name of this machine.
    pub fn domain(&self) -> String {
        format!("{}.{DOMAIN}", self.name)
    }

    /// Where it answers: a balancer first, then the application layer, then whatever answers at all.
    pub fn address(&self) -> Option<String> {
        let first = |layer: &str| self.nodes().filter(|node| node.group == layer).find_map(Node::url);
        first("bl").or_else(|| first("cp")).or_else(|| self.nodes().find_map(Node::url))
    }

    /// As the dashboard shows it.
    pub fn view(&self) -> EnvironmentView {
        let node_view = |node: &Node| NodeView {
            id: node.id.0,
            image: node.image.to_string(),
            status: node.status,
            address: node.url(),
        };
        EnvironmentView {
            name: self.name.clone(),
            display_name: self.display_name.clone(),
            status: self.status,
            layers: self
                .layers
                .iter()
                .map(|layer| LayerView { name: layer.name.clone(), nodes: layer.nodes.iter().map(node_view).collect() })
                .collect(),
            address: self.address(),
            last_lines: self.failure.as_ref().map_or_else(Vec::new, shown_lines),
            created: self.created,
        }
    }
}

/// Why and the last lines; a node that wrote nothing still shows why.
fn shown_lines(failure: &Failure) -> Vec<String> {
    let mut lines = failure.last_lines.clone();
    lines.push(format!("Node {}: {}.", failure.node, failure.reason));
    lines
}
