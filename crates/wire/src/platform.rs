//! The platform's JSON inside parameters: environments and nodes to be, variables, commands, what clients keep, and the
//! manifests of environments. A `null` anywhere is as good as absent, unknown keys are ignored, numbers and flags may be texts.
//!
//! A refusal names the parameter and, in its text, the way to what is wrong: `nodes[1].docker.image: …`.

mod commands;
mod export;
mod field;
mod topology;

use std::collections::BTreeMap;

use keyrack_types::bounds::nodes::GROUP_DATA;
use serde_json::{Map, Value};

pub use commands::{command_line, commands};
pub use export::{Export, ExportedLayer, read_export, write_export};
pub use topology::{change, env, environment, nodes};

use crate::{Refusal, json};
use field::{Field, parse};

/// Reads variables by name: a flat JSON object of texts. Values that are `null` are left out.
///
/// # Errors
/// When it is something else, or too much.
pub fn variables(parameter: &'static str, text: &str) -> Result<BTreeMap<String, String>, Refusal> {
    let value = parse(parameter, text)?;
    Field::root(parameter, &value).as_variables()
}

/// Reads a JSON object that clients keep with something.
///
/// # Errors
/// When it is something else.
pub fn object(parameter: &'static str, text: &str) -> Result<Map<String, Value>, Refusal> {
    json::read(text).map_err(|why| Refusal::bad(parameter, format!("it has to be a JSON object ({why})")))
}

/// As [`object`], for what is kept with a group of environments.
///
/// # Errors
/// When it is something else, or too much.
pub fn group_data(parameter: &'static str, text: &str) -> Result<Map<String, Value>, Refusal> {
    let refusal =
        |why: String| Refusal::bad(parameter, format!("it has to be a JSON object of at most {GROUP_DATA} bytes{why}"));
    if text.len() > GROUP_DATA {
        return Err(refusal(format!("; this has {}", text.len())));
    }
    json::read(text).map_err(|why| refusal(format!(" ({why})")))
}
