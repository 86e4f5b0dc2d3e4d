//! Whose files are meant: the parameters that say it.

use keyrack_domain::environments::{FileLocation, NodeChoice};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::EnvName;

/// The number of the node; nothing is needed where there is but one.
#[derive(Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = 1)]
pub struct Node(i64);

/// All nodes of this layer.
#[derive(Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"cp")]
pub struct Layer(String);

/// All nodes of this type, or of this image.
#[derive(Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"docker")]
pub struct NodeType(pub String);

/// Of the chosen nodes only the first of each layer.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = false)]
pub struct MasterOnly(bool);

/// Whose files are looked at.
pub fn look(name: &EnvName, node: Option<Node>, layer: Option<Layer>) -> FileLocation {
    let choice = match (node, layer) {
        (Some(node), _) => NodeChoice::Ids(vec![node.0]),
        (None, Some(layer)) => NodeChoice::Group(layer.0),
        (None, None) => NodeChoice::Only,
    };
    at(name, choice)
}

/// As [`look`], for methods that know the type of a node too.
pub fn look_by_type(name: &EnvName, node: Option<Node>, layer: Option<Layer>, kind: Option<NodeType>) -> FileLocation {
    let mut location = look(name, node, layer);
    if let (NodeChoice::Only, Some(kind)) = (&location.choice, kind) {
        location.choice = NodeChoice::Type(kind.0);
    }
    location
}

/// Whose files are changed.
pub fn change(
    name: &EnvName,
    node: Option<Node>,
    layer: Option<Layer>,
    kind: Option<NodeType>,
    master: MasterOnly,
) -> FileLocation {
    FileLocation { masters_only: master.0, ..look_by_type(name, node, layer, kind) }
}

/// The files of all nodes that are chosen.
pub fn at(name: &EnvName, choice: NodeChoice) -> FileLocation {
    FileLocation { environment: name.to_string(), choice, masters_only: false }
}
