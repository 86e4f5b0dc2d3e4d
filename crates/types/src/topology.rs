//! Environments and nodes to be.

use std::collections::BTreeMap;

use crate::image::ImageRef;

/// What is wrong with nodes of which nothing says what they run.
pub const NO_IMAGE: &str = "is missing: name what the node runs, like keyrack/web:latest";

/// An environment to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnvironmentSpec {
    /// None = one is made up.
    pub name: Option<String>,
    pub display_name: Option<String>,
    pub region: Option<String>,
    pub ha: bool,
    pub ssl: bool,
    pub nodes: Vec<NodesSpec>,
}

/// Nodes of one kind to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodesSpec {
    /// The layer: `cp`, `bl`, `sqldb`, …
    pub group: String,
    pub node_type: String,
    pub count: u32,
    pub image: ImageRef,
    /// Replaces what the image runs; handed to a shell.
    pub command: Option<String>,
    /// Stands before the command; alone, it is the command.
    pub entry_point: Option<String>,
    pub variables: BTreeMap<String, String>,
    /// What people call each of them.
    pub display_name: Option<String>,
    /// Folders whose content is asked about at a redeployment, sorted.
    pub volumes: Vec<String>,
    pub fixed_cloudlets: u32,
    pub flexible_cloudlets: u32,
}

/// What an environment that is there is to become. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopologyChange {
    pub display_name: Option<String>,
    pub ha: Option<bool>,
    pub ssl: Option<bool>,
    /// All its layers: one that is not named goes.
    pub nodes: Vec<NodesChange>,
}

/// Nodes of one kind as they are described. What is absent is as in the nodes that the layer has, or as [`NodesSpec::of`]
/// has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodesChange {
    /// The layer.
    pub group: String,
    pub node_type: Option<String>,
    pub count: Option<u32>,
    pub image: Option<ImageRef>,
    /// Replaces the tag of the image.
    pub tag: Option<String>,
    /// An empty one takes the command back that the nodes have.
    pub command: Option<String>,
    pub entry_point: Option<String>,
    pub variables: Option<BTreeMap<String, String>>,
    pub display_name: Option<String>,
    pub volumes: Vec<String>,
    pub fixed_cloudlets: Option<u32>,
    pub flexible_cloudlets: Option<u32>,
}

impl NodesSpec {
    /// Nodes of this image in this layer, with everything else as it is unless said.
    pub fn of(image: ImageRef, group: &str) -> NodesSpec {
        NodesSpec {
            group: group.to_owned(),
            node_type: "docker".to_owned(),
            count: 1,
            image,
            command: None,
            entry_point: None,
            variables: BTreeMap::new(),
            display_name: None,
            volumes: Vec::new(),
            fixed_cloudlets: 1,
            flexible_cloudlets: 4,
        }
    }
}

impl EnvironmentSpec {
    /// How many nodes it has in all.
    pub fn count(&self) -> u32 {
        count(&self.nodes)
    }
}

/// How many nodes these are in all.
pub fn count(nodes: &[NodesSpec]) -> u32 {
    nodes.iter().fold(0, |count, nodes| count.saturating_add(nodes.count))
}

impl NodesChange {
    /// The nodes that this describes, given those of the layer that is there (`count` of them, unless it is described more
    /// than once). None when neither says which image they run.
    pub fn onto(self, layer: Option<&NodesSpec>) -> Option<NodesSpec> {
        let image = self.image.or_else(|| layer.map(|layer| layer.image.clone()))?;
        let image = match self.tag {
            Some(tag) => ImageRef { tag, ..image },
            None => image,
        };
        let there = layer.cloned().unwrap_or_else(|| NodesSpec::of(image.clone(), &self.group));
        let fixed = self.fixed_cloudlets.unwrap_or(there.fixed_cloudlets);
        Some(NodesSpec {
            group: self.group,
            node_type: self.node_type.unwrap_or(there.node_type),
            count: self.count.unwrap_or(there.count),
            image,
            command: self.command.or(there.command).filter(|command| !command.is_empty()),
            entry_point: self.entry_point,
            variables: self.variables.unwrap_or(there.variables),
            display_name: self.display_name,
            volumes: self.volumes,
            fixed_cloudlets: fixed,
            // It is the whole that a node may have, so it is at least what it has for certain.
            flexible_cloudlets: self.flexible_cloudlets.unwrap_or(there.flexible_cloudlets).max(fixed).max(1),
        })
    }
}

/// How many bytes variables have in all.
pub fn size_of(variables: &BTreeMap<String, String>) -> usize {
    variables.iter().map(|(name, value)| name.len() + value.len()).sum()
}
