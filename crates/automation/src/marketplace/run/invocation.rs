//! One invocation of a step: its arguments and its target nodes.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::marketplace::document::Document;
use crate::marketplace::errors::no_nodes;
use crate::marketplace::manifest::split;
use crate::marketplace::steps::{Step, TARGETS};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_environments::{Environment, NodeChoice};

/// The longest that one `sleep` takes.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

/// One invocation of a step, placeholders filled in.
pub(super) struct Invocation<'a> {
    pub step: &'a Step,
    pub params: Document,
    pub selector: Option<String>,
}

impl Invocation<'_> {
    pub fn param(&self, name: &str) -> Option<&Document> {
        self.params.get(name)
    }

    pub fn text(&self, name: &str) -> Result<Option<String>> {
        match self.param(name) {
            None => Ok(None),
            Some(value) => Ok(Some(value.scalar().unwrap_or_else(|| value.to_json().to_string()))),
        }
    }

    pub fn need(&self, name: &str) -> Result<String> {
        let text = self.text(name)?.filter(|text| !text.is_empty());
        text.ok_or_else(|| Error::invalid(field::App::Manifest, format!("{name}: it is required")))
    }

    pub fn flag(&self, name: &str) -> Result<Option<bool>> {
        match self.text(name)?.map(|text| text.to_lowercase()).as_deref() {
            None | Some("") => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(Error::invalid(field::App::Manifest, format!("{name}: it has to be true or false"))),
        }
    }

    pub fn number(&self, name: &str) -> Result<Option<u64>> {
        let invalid = |_| Error::invalid(field::App::Manifest, format!("{name}: it has to be a whole number"));
        self.text(name)?.map(|text| text.trim().parse().map_err(invalid)).transpose()
    }

    /// JSON, as text: written so, or as a mapping or list.
    pub fn json(&self, name: &str) -> Result<String> {
        match self.param(name) {
            Some(Document::Text(text)) => Ok(text.clone()),
            Some(value) => Ok(value.to_json().to_string()),
            None => Err(Error::invalid(field::App::Manifest, format!("{name}: it is required"))),
        }
    }

    pub fn map(&self) -> Result<Map<String, Value>> {
        match self.params.to_json() {
            Value::Object(map) => Ok(map),
            _ => Err(Error::invalid(field::App::Manifest, "it has to be a mapping of names to values")),
        }
    }

    pub fn pause(&self) -> Result<Duration> {
        let pause = Duration::from_millis(self.number("milliseconds")?.unwrap_or(0));
        if pause > LONGEST_SLEEP {
            return Err(Error::invalid(
                field::App::Manifest,
                format!("it can be at most {} ms", LONGEST_SLEEP.as_millis()),
            ));
        }
        Ok(pause)
    }

    /// The nodes that its parameters name, as a selector.
    pub fn target(&self) -> Option<String> {
        target(&self.params)
    }

    /// The nodes that it is for.
    pub fn choice(&self, environment: &Environment) -> Result<NodeChoice> {
        let Some(selector) = &self.selector else { return Err(no_nodes(&self.step.at)) };
        let mut chosen: Vec<i64> = Vec::new();
        for part in split(selector) {
            for node in choice(&part, environment).of(environment)? {
                if !chosen.contains(&node.id.0) {
                    chosen.push(node.id.0);
                }
            }
        }
        Ok(NodeChoice::Ids(chosen))
    }
}

/// The nodes that values name, as a selector.
pub(in crate::marketplace) fn target(values: &Document) -> Option<String> {
    TARGETS.iter().find_map(|target| Some(format!("{target}: {}", values.get(target)?.scalar()?)))
}

/// A layer as a selector.
pub(in crate::marketplace) fn of_layer(layer: &str) -> String {
    format!("nodeGroup: {layer}")
}

/// One part of a selector: `*`, a number, a layer, a type, or `nodeGroup: cp`.
fn choice(part: &str, environment: &Environment) -> NodeChoice {
    let (key, value) = part.split_once(':').map_or(("", part), |(key, value)| (key.trim(), value.trim()));
    let is_key = |name: &str| key.eq_ignore_ascii_case(name);
    if is_key("nodeType") {
        return NodeChoice::Type(value.to_owned());
    }
    match value.parse() {
        _ if value == "*" => NodeChoice::All,
        Ok(id) if !is_key("nodeGroup") => NodeChoice::Ids(vec![id]),
        _ => {
            let is_layer = environment.layers.iter().any(|layer| layer.name.eq_ignore_ascii_case(value));
            let is_type = environment
                .nodes()
                .any(|node| node.node_type.eq_ignore_ascii_case(value) || node.image.name.eq_ignore_ascii_case(value));
            if is_layer || !is_type || is_key("nodeGroup") {
                NodeChoice::Group(value.to_owned())
            } else {
                NodeChoice::Type(value.to_owned())
            }
        }
    }
}
