//! What `CreateEnvironment` is asked for: its `env` and `nodes` JSON, read leniently and refused precisely.

use std::collections::BTreeMap;

use serde_json::Value;

use super::field::Field;
use super::model::NodeFacts;
use super::name;
use crate::engine::{ImageRef, NodePath};
use crate::error::{Error, Result};
use crate::json;

/// The most nodes that one environment can have.
pub const NODE_LIMIT: u32 = 64;
const CLOUDLET_LIMIT: u32 = 512;
/// The most variables that a node has.
pub const VARIABLE_LIMIT: usize = 200;
/// The most that they have in all, in bytes. (A program could not be started with much more.)
pub const VARIABLES_SIZE: usize = 256 * 1024;
const COMMAND_LIMIT: usize = 100;
/// The most volumes that a node has.
pub const VOLUME_LIMIT: usize = 100;
const TEXT_LIMIT: usize = 32 * 1024;

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
    /// Folders whose content is asked about at a redeployment.
    pub volumes: Vec<String>,
    pub fixed_cloudlets: u32,
    pub flexible_cloudlets: u32,
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

    /// What a node of it is created with besides its columns.
    pub(super) fn facts(&self, listens: bool) -> NodeFacts {
        NodeFacts {
            command: self.command.clone(),
            entry_point: self.entry_point.clone(),
            variables: self.variables.clone(),
            display_name: self.display_name.clone(),
            volumes: self.volumes.clone(),
            listens,
            copy_of: None,
            digest: None,
            former: None,
        }
    }
}

impl EnvironmentSpec {
    /// Reads the two parameters. A `null` anywhere is as good as absent, unknown keys are ignored, numbers and flags may
    /// be texts.
    ///
    /// # Errors
    /// [`Error::Invalid`] that names the parameter and, in its text, the field.
    pub fn parse(env: &str, nodes: &str) -> Result<EnvironmentSpec> {
        let env = parse("env", env)?;
        let env = Field::root("env", &env);
        let name = env.text("shortdomain")?;
        if let Some(name) = &name {
            name::check(name).map_err(|why| env.at("shortdomain").error(why))?;
        }
        let display_name = env.text("displayName")?;
        if let Some(display_name) = &display_name {
            name::check_display(display_name).map_err(|why| env.at("displayName").error(why))?;
        }
        let nodes = parse("nodes", nodes)?;
        let nodes = Field::root("nodes", &nodes);
        let spec = EnvironmentSpec {
            name: name.map(|name| name.to_lowercase()),
            display_name,
            region: env.text("region")?,
            ha: env.flag("ishaenabled")?.unwrap_or(false),
            ssl: env.flag("sslstate")?.unwrap_or(false),
            nodes: nodes.items()?.iter().map(read_nodes).collect::<Result<_>>()?,
        };
        match spec.nodes.iter().map(|nodes| nodes.count).sum::<u32>() {
            0 => Err(nodes.error("holds no node")),
            count if count > NODE_LIMIT => {
                Err(Error::Limit(format!("an environment can have {NODE_LIMIT} nodes; these are {count}").into()))
            }
            _ => Ok(spec),
        }
    }
}

/// Reads a flat JSON object of texts: variables by name. Values that are `null` are left out.
///
/// # Errors
/// [`Error::Invalid`] that names the parameter and, in its text, the variable.
pub fn parse_variables(parameter: &'static str, text: &str) -> Result<BTreeMap<String, String>> {
    let value = parse(parameter, text)?;
    read_variables(&Field::root(parameter, &value))
}

/// Reads commands: a JSON list of `{"command":…,"params":…}`, or of texts.
///
/// # Errors
/// [`Error::Invalid`] that names the parameter and, in its text, the field.
pub fn parse_commands(parameter: &'static str, text: &str) -> Result<Vec<String>> {
    let value = parse(parameter, text)?;
    let list = Field::root(parameter, &value);
    let mut commands = Vec::new();
    for item in list.items()? {
        let (command, params) = match item.value() {
            Some(Value::String(_)) => (item.as_text()?, None),
            _ => (item.text("command")?, item.text("params")?),
        };
        let Some(command) = command else { return Err(item.at("command").error("is missing")) };
        let whole = params.map_or_else(|| command.clone(), |params| format!("{command} {params}"));
        check_text(&item, &whole)?;
        commands.push(whole);
    }
    match commands.len() {
        0 => Err(list.error("holds no command")),
        count if count > COMMAND_LIMIT => Err(list.error(format!("holds more than {COMMAND_LIMIT} commands"))),
        _ => Ok(commands),
    }
}

/// Reads a command line: a text for a shell, or a JSON list of words. An empty one is none.
///
/// # Errors
/// [`Error::Invalid`].
pub fn parse_command_line(parameter: &'static str, text: &str) -> Result<Option<String>> {
    let line = match json::read::<Vec<String>>(text) {
        Ok(words) => words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "),
        Err(_) => text.trim().to_owned(),
    };
    if line.len() > TEXT_LIMIT || line.contains('\0') {
        return Err(Error::invalid(parameter, format!("it has to be at most {TEXT_LIMIT} bytes, without NUL")));
    }
    Ok(Some(line).filter(|line| !line.is_empty()))
}

/// A word, quoted for a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn read_nodes(nodes: &Field<'_>) -> Result<NodesSpec> {
    let docker = nodes.at("docker");
    // Clients put these beside or inside `docker`.
    let either = |key: &str| if docker.has(key) { docker.at(key) } else { nodes.at(key) };
    let image = either("image");
    let Some(written) = image.as_text()? else {
        return Err(docker.at("image").error("is missing: name what the node runs, like keyrack/web:latest"));
    };
    let mut parsed = ImageRef::parse(&written).map_err(|why| image.error(why))?;
    if let Some(tag) = docker.text("tag")? {
        parsed = parsed.with_tag(&tag).map_err(|why| docker.at("tag").error(why))?;
    }
    let defaults = NodesSpec::of(parsed, "cp");
    let fixed = either("fixedCloudlets").as_number(CLOUDLET_LIMIT)?.unwrap_or(defaults.fixed_cloudlets);
    let flexible = either("flexibleCloudlets").as_number(CLOUDLET_LIMIT)?.unwrap_or(defaults.flexible_cloudlets);
    let group = either("nodeGroup");
    let node_type = either("nodeType");
    let count = either("count");
    let command = either("cmd");
    let spec = NodesSpec {
        group: group.as_word()?.unwrap_or(defaults.group),
        node_type: node_type.as_word()?.unwrap_or(defaults.node_type),
        count: count.as_number(NODE_LIMIT)?.unwrap_or(1),
        command: read_command(&command)?,
        entry_point: read_command(&either("entrypoint"))?,
        display_name: read_display_name(&either("displayName"))?,
        volumes: read_volumes(&either("volumes"))?,
        variables: read_variables(&either("env"))?,
        fixed_cloudlets: fixed,
        // It is the whole that a node may have, so it is at least what it has for certain.
        flexible_cloudlets: flexible.max(fixed).max(1),
        image: defaults.image,
    };
    if spec.count == 0 {
        return Err(count.error("must be at least 1"));
    }
    Ok(spec)
}

fn read_command(field: &Field<'_>) -> Result<Option<String>> {
    let command = field.as_text()?;
    if let Some(command) = &command {
        check_text(field, command)?;
    }
    Ok(command)
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
    if volumes.len() > VOLUME_LIMIT {
        return Err(Error::Limit(format!("a node can have {VOLUME_LIMIT} volumes").into()));
    }
    Ok(volumes)
}

fn read_variables(field: &Field<'_>) -> Result<BTreeMap<String, String>> {
    let variables = match field.value() {
        None => return Ok(BTreeMap::new()),
        Some(Value::Object(map)) => map,
        Some(_) => return Err(field.error("must be an object of texts")),
    };
    if variables.len() > VARIABLE_LIMIT {
        return Err(field.error(format!("holds more than {VARIABLE_LIMIT} variables")));
    }
    let mut read = BTreeMap::new();
    for name in variables.keys() {
        let variable = field.at(name);
        if !is_variable_name(name) {
            return Err(variable.error("is not the name of a variable: letters, digits and “_”, no digit first"));
        }
        let value = match variable.value() {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Bool(flag)) => flag.to_string(),
            None => continue,
            Some(_) => return Err(variable.error("must be a text")),
        };
        check_text(&variable, &value)?;
        read.insert(name.clone(), value);
    }
    if size_of(&read) > VARIABLES_SIZE {
        return Err(field.error(format!("holds more than {} KiB", VARIABLES_SIZE >> 10)));
    }
    Ok(read)
}

/// How many bytes variables have in all.
pub fn size_of(variables: &BTreeMap<String, String>) -> usize {
    variables.iter().map(|(name, value)| name.len() + value.len()).sum()
}

/// Whether a variable can have this name.
pub fn is_variable_name(name: &str) -> bool {
    name.len() <= 128
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// One parameter's JSON; an empty one is an empty object.
fn parse(parameter: &'static str, text: &str) -> Result<Value> {
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    json::read(text).map_err(|error| Error::invalid(parameter, format!("{parameter} is not JSON: {error}")))
}

fn check_text(field: &Field<'_>, text: &str) -> Result<()> {
    if text.len() > TEXT_LIMIT {
        return Err(field.error(format!("is longer than {TEXT_LIMIT} bytes")));
    }
    if text.contains('\0') {
        return Err(field.error("holds a NUL character"));
    }
    Ok(())
}

#[cfg(test)]
#[path = "spec_tests.rs"]
mod tests;
