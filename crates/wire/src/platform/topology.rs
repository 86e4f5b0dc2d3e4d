//! `env` and `nodes` of CreateEnvironment and ChangeTopology.

use keyrack_types::bounds::nodes::{CLOUDLETS, NODES};
use keyrack_types::environment_name as name;
use keyrack_types::image::ImageRef;
use keyrack_types::node_path::NodePath;
use keyrack_types::topology::{EnvironmentSpec, NO_IMAGE, NodesChange, NodesSpec, TopologyChange};
use serde_json::Value;

use super::field::{Field, Result, parse};
use crate::{Refusal, json};

/// Reads an environment to be.
///
/// # Errors
/// When something of it cannot be taken, or there is no node.
pub fn environment(env: &str, nodes: &str) -> Result<EnvironmentSpec> {
    let env = self::env("env", env)?;
    Ok(EnvironmentSpec { nodes: self::nodes("nodes", nodes)?, ..env })
}

/// Reads what is said of an environment to be besides its nodes.
///
/// # Errors
/// When something of it cannot be taken.
pub fn env(parameter: &'static str, text: &str) -> Result<EnvironmentSpec> {
    let env = parse(parameter, text)?;
    let env = Field::root(parameter, &env);
    let name = env.text("shortdomain")?;
    if let Some(name) = &name {
        name::check(name).map_err(|why| env.at("shortdomain").error(why))?;
    }
    let display_name = env.text("displayName")?;
    if let Some(display_name) = &display_name {
        name::check_display(display_name).map_err(|why| env.at("displayName").error(why))?;
    }
    let region = env.text("region")?;
    let (ha, ssl) = (env.flag("ishaenabled")?.unwrap_or(false), env.flag("sslstate")?.unwrap_or(false));
    let name = name.map(|name| name.to_lowercase());
    Ok(EnvironmentSpec { name, display_name, region, ha, ssl, nodes: Vec::new() })
}

/// Reads nodes to be.
///
/// # Errors
/// When something of them cannot be taken, or there is none.
pub fn nodes(parameter: &'static str, text: &str) -> Result<Vec<NodesSpec>> {
    let nodes = parse(parameter, text)?;
    let nodes = Field::root(parameter, &nodes);
    let read = |field: &Field<'_>| read_nodes(field)?.onto(None).ok_or_else(|| no_image(field));
    let read: Vec<NodesSpec> = nodes.items()?.iter().map(read).collect::<Result<_>>()?;
    if read.is_empty() { Err(nodes.error("holds no node")) } else { Ok(read) }
}

/// Reads what an environment is to become. The short name is not looked at: it stays what it is.
///
/// # Errors
/// When something of it cannot be taken, or no layer would be left.
pub fn change(env: &str, nodes: &str) -> Result<TopologyChange> {
    let env: Value = json::read(env).map_err(|why| Refusal::bad("env", format!("it has to be JSON ({why})")))?;
    let env = Field::root("env", &env);
    let wrong = |why: &str| Refusal::bad("nodes", format!("it has to be a JSON list of objects{why}"));
    let nodes: Value = json::read(nodes).map_err(|why| wrong(&format!(" ({why})")))?;
    if !nodes.is_array() && !nodes.is_object() {
        return Err(wrong(""));
    }
    let nodes = Field::root("nodes", &nodes);
    let display_name = env.text("displayName")?;
    if let Some(display_name) = &display_name {
        name::check_display(display_name).map_err(|why| env.at("displayName").error(why))?;
    }
    let flag = |key: &str| env.at(key).value().and_then(Value::as_bool);
    let change = TopologyChange {
        display_name,
        ha: flag("ishaenabled"),
        ssl: flag("sslstate"),
        nodes: nodes.items()?.iter().map(read_nodes).collect::<Result<_>>()?,
    };
    if change.nodes.is_empty() { Err(nodes.error("holds no node")) } else { Ok(change) }
}

/// Reads one entry of the nodes.
fn read_nodes(nodes: &Field<'_>) -> Result<NodesChange> {
    let docker = nodes.at("docker");
    // Clients put these beside or inside `docker`.
    let either = |key: &str| if docker.has(key) { docker.at(key) } else { nodes.at(key) };
    // What is there but says nothing stands for what nodes have unless said.
    let unless_said =
        |key: &str, read: Option<u32>, default: u32| read.or_else(|| either(key).value().map(|_| default));
    let image = either("image");
    let image = match image.as_text()? {
        None => None,
        Some(written) => Some(ImageRef::parse(&written).map_err(|why| image.error(why))?),
    };
    let tag = match docker.text("tag")? {
        None => None,
        Some(tag) => {
            let image = ImageRef { name: "image".to_owned(), tag: String::new() };
            Some(image.with_tag(&tag).map_err(|why| docker.at("tag").error(why))?.tag)
        }
    };
    let fixed = either("fixedCloudlets").as_number(CLOUDLETS)?;
    let flexible = either("flexibleCloudlets").as_number(CLOUDLETS)?;
    let group = either("nodeGroup").as_word()?.unwrap_or_else(|| "cp".to_owned());
    let node_type = either("nodeType");
    let count = either("count");
    let counted = count.as_number(NODES)?;
    let (command, variables) = (either("cmd"), either("env"));
    let read = NodesChange {
        group,
        node_type: node_type.as_word()?.or_else(|| node_type.value().map(|_| "docker".to_owned())),
        count: unless_said("count", counted, 1),
        image,
        tag,
        command: command.as_node_text()?.or_else(|| command.value().map(|_| String::new())),
        entry_point: either("entrypoint").as_node_text()?,
        display_name: read_display_name(&either("displayName"))?,
        volumes: read_volumes(&either("volumes"))?,
        variables: variables.value().map(|_| variables.as_variables()).transpose()?,
        fixed_cloudlets: unless_said("fixedCloudlets", fixed, 1),
        flexible_cloudlets: unless_said("flexibleCloudlets", flexible, 4),
    };
    if read.count == Some(0) {
        return Err(count.error("must be at least 1"));
    }
    Ok(read)
}

fn no_image(nodes: &Field<'_>) -> Refusal {
    nodes.at("docker").at("image").error(NO_IMAGE)
}

fn read_display_name(field: &Field<'_>) -> Result<Option<String>> {
    let name = field.as_text()?;
    if let Some(name) = &name {
        name::check_display(name).map_err(|why| field.error(why))?;
    }
    Ok(name)
}

fn read_volumes(field: &Field<'_>) -> Result<Vec<String>> {
    let mut volumes = Vec::new();
    for item in field.items()? {
        let written = item.as_text()?.unwrap_or_default();
        match NodePath::parse(&written) {
            Ok(path) if !path.is_root() => volumes.push(path.to_string()),
            Ok(_) => return Err(item.error("must be a folder in the node's folder, not that itself")),
            Err(why) => return Err(item.error(why)),
        }
    }
    volumes.sort();
    volumes.dedup();
    Ok(volumes)
}

#[cfg(test)]
#[path = "topology_tests.rs"]
mod tests;
