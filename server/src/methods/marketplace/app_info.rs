//! An app with its nodes and the form that it asks for.

use keyrack_domain::marketplace::Manifest;
use keyrack_domain::types::accounts::Role;
use keyrack_wire::{AnyJson, Sorted};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::facts::value;

/// An app with everything that the caller may see of it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{T}Info")]
pub struct Info<T> {
    app: WithNodes<T>,
    /// Absent when nothing is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<Form>,
}

/// An app with the nodes that it makes.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{T}WithNodes")]
struct WithNodes<T> {
    #[serde(flatten)]
    app: T,
    /// As the manifest has them; their variables and commands only for callers who may see them of an environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    nodes: Option<AnyJson>,
}

impl<T> Info<T> {
    /// What a manifest says, and the form that it asks for. None: it cannot be read any more.
    pub fn of(app: T, manifest: Option<&Manifest>, role: Role) -> Sorted<Info<T>> {
        Sorted(Info {
            app: WithNodes { app, nodes: manifest.and_then(|manifest| nodes(manifest, role)) },
            settings: manifest
                .and_then(|manifest| manifest.form(None))
                .and_then(|form| Form::of(form.shown(&Map::new()))),
        })
    }
}

/// What of a manifest's nodes everybody may see.
const SHOWN_OF_NODES: [&str; 10] = [
    "image",
    "tag",
    "nodeType",
    "nodeGroup",
    "count",
    "cloudlets",
    "flexibleCloudlets",
    "fixedCloudlets",
    "displayName",
    "volumes",
];

/// The nodes of a manifest. All that they have besides, variables and commands, may hold secrets: it is only for callers who may
/// see it of an environment.
fn nodes(manifest: &Manifest, role: Role) -> Option<AnyJson> {
    let mut nodes = value(manifest, "nodes")?;
    if role < Role::Manager {
        let all: Vec<&mut Value> = match &mut nodes {
            Value::Array(items) => items.iter_mut().collect(),
            one => vec![one],
        };
        for node in all.into_iter().filter_map(Value::as_object_mut) {
            node.retain(|key, _| SHOWN_OF_NODES.iter().any(|shown| shown.eq_ignore_ascii_case(key)));
        }
    }
    Some(nodes.into())
}

/// A form.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SettingsForm")]
pub struct Form {
    /// As the manifest has them, with the values that count now.
    #[schemars(example = json!([
        { "name": "title", "caption": "Title", "type": "string", "default": "Hello", "required": true },
        { "name": "count", "caption": "Nodes", "type": "spinner", "default": 1 },
        { "name": "search", "caption": "Search", "type": "checkbox", "default": false },
    ]))]
    fields: Vec<AnyJson>,
}

impl Form {
    /// A form as it is shown; none for null.
    pub fn of(mut shown: Value) -> Option<Form> {
        match shown.get_mut("fields").map(Value::take) {
            Some(Value::Array(fields)) => Some(Form { fields: fields.into_iter().map(AnyJson::from).collect() }),
            _ => None,
        }
    }
}
