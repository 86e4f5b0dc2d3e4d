//! An environment as a manifest (YAML, or JSON), and back.
//!
//! A manifest says of an environment what its owner set: layers, nodes, what they run, variables, volumes, names, groups,
//! and what clients keep with it. Files are not in it; nor is what is deployed, which is files.

use std::collections::BTreeMap;

use keyrack_types::bounds::nesting;
use keyrack_types::bounds::nodes::EXPORT;
use keyrack_types::topology::{EnvironmentSpec, NodesSpec};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::topology;
use crate::{Refusal, yaml};

/// The form that is written, and the only one that is read.
const FORMAT: u32 = 1;
/// What a manifest may stand for. What clients keep with an environment lies a few levels deep in it.
const SIZE: yaml::Size = yaml::Size { depth: nesting::JSON + 4, values: 50_000, bytes: 2 * EXPORT };

/// What a manifest says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Export {
    pub spec: EnvironmentSpec,
    pub groups: Vec<String>,
    /// What is set of layers apart from their nodes, by the layer's name.
    pub layers: BTreeMap<String, ExportedLayer>,
    /// What clients keep with it.
    pub properties: Map<String, Value>,
}

/// What is set of a layer apart from its nodes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportedLayer {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub display_name: String,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub data: Map<String, Value>,
}

/// A manifest, in the order in which it is written. `E` and `N` are as CreateEnvironment takes `env`, and each of `nodes`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Manifest<E, N> {
    /// [`FORMAT`]
    keyrack: u32,
    env: E,
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    env_groups: Vec<String>,
    nodes: Vec<N>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    layers: BTreeMap<String, ExportedLayer>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    properties: Map<String, Value>,
}

/// `env` as it is written: in the order of the alphabet, without what is not set.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Env<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
    ishaenabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shortdomain: Option<&'a str>,
    sslstate: bool,
}

/// One of `nodes`, likewise.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Nodes<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    cmd: Option<&'a str>,
    count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entrypoint: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    env: &'a BTreeMap<String, String>,
    fixed_cloudlets: u32,
    flexible_cloudlets: u32,
    image: String,
    node_group: &'a str,
    node_type: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    volumes: &'a [String],
}

/// Reads a manifest; the environment gets another short name if one is given.
///
/// # Errors
/// When it is too large, no manifest, or describes what cannot be created.
pub fn read_export(parameter: &'static str, text: &str, name: Option<&str>) -> Result<Export, Refusal> {
    let refusal = |why: String| Refusal::bad(parameter, why);
    if text.len() > EXPORT {
        return Err(refusal(format!("a manifest has to be at most {} KiB", EXPORT >> 10)));
    }
    let mut manifest: Manifest<Value, Value> = SIZE
        .read(text, SIZE.options())
        .map_err(|why| refusal(format!("it has to be a manifest as GetManifest gives it ({why})")))?;
    if manifest.keyrack != FORMAT {
        return Err(refusal(format!("its form is {}; this server reads form {FORMAT}", manifest.keyrack)));
    }
    let Some(env) = manifest.env.as_object_mut() else {
        return Err(refusal("env has to be an object, as CreateEnvironment takes it".to_owned()));
    };
    if let Some(name) = name {
        env.insert("shortdomain".to_owned(), name.into());
    }
    let nodes = Value::Array(manifest.nodes).to_string();
    Ok(Export {
        spec: topology::environment(&manifest.env.to_string(), &nodes)?,
        groups: manifest.env_groups,
        layers: manifest.layers,
        properties: manifest.properties,
    })
}

/// Writes a manifest, YAML.
///
/// # Errors
/// When it cannot be written, which no value of an [`Export`] leads to.
pub fn write_export(export: &Export) -> Result<String, String> {
    let Export { spec, groups, layers, properties } = export;
    let manifest = Manifest {
        keyrack: FORMAT,
        env: Env {
            display_name: spec.display_name.as_deref(),
            ishaenabled: spec.ha,
            region: spec.region.as_deref(),
            shortdomain: spec.name.as_deref(),
            sslstate: spec.ssl,
        },
        env_groups: groups.clone(),
        nodes: spec.nodes.iter().map(Nodes::of).collect(),
        layers: layers.clone(),
        properties: properties.clone(),
    };
    serde_saphyr::to_string(&manifest).map_err(|error| error.to_string())
}

impl Nodes<'_> {
    fn of(nodes: &NodesSpec) -> Nodes<'_> {
        Nodes {
            cmd: nodes.command.as_deref(),
            count: nodes.count,
            display_name: nodes.display_name.as_deref(),
            entrypoint: nodes.entry_point.as_deref(),
            env: &nodes.variables,
            fixed_cloudlets: nodes.fixed_cloudlets,
            flexible_cloudlets: nodes.flexible_cloudlets,
            image: nodes.image.to_string(),
            node_group: &nodes.group,
            node_type: &nodes.node_type,
            volumes: &nodes.volumes,
        }
    }
}

#[cfg(test)]
mod tests {
    use keyrack_types::image::ImageRef;

    use super::*;

    #[test]
    fn a_manifest_is_read_as_it_was_written() {
        let image = ImageRef::parse("keyrack/web:2").unwrap();
        let nodes = NodesSpec {
            count: 2,
            command: Some("run".into()),
            variables: BTreeMap::from([("A".into(), "1".into())]),
            volumes: vec!["/data".into()],
            ..NodesSpec::of(image, "cp")
        };
        let export = Export {
            spec: EnvironmentSpec {
                name: Some("shop".into()),
                ssl: true,
                nodes: vec![nodes],
                ..EnvironmentSpec::default()
            },
            groups: vec!["shops/berlin".into()],
            layers: BTreeMap::from([(
                "cp".to_owned(),
                ExportedLayer { display_name: "Web".into(), data: Map::from_iter([("x".to_owned(), 1.into())]) },
            )]),
            properties: Map::new(),
        };
        let text = write_export(&export).unwrap();
        let written = "keyrack: 1\nenv:\n  ishaenabled: false\n  shortdomain: shop\n  sslstate: true\nenvGroups:\n- shops/berlin\n\
                       nodes:\n- cmd: run\n  count: 2\n  env:\n    A: \"1\"\n  fixedCloudlets: 1\n  flexibleCloudlets: 4\n  \
                       image: keyrack/web:2\n  nodeGroup: cp\n  nodeType: docker\n  volumes:\n  - /data\n\
                       layers:\n  cp:\n    displayName: Web\n    data:\n      x: 1\n";
        assert_eq!(text, written);
        assert_eq!(read_export("manifest", &text, None).unwrap(), export);
        let renamed = read_export("manifest", &text, Some("Other")).unwrap();
        assert_eq!(renamed.spec.name.as_deref(), Some("other"));
    }
}
