//! What nodes are configured to run and to keep, as answers.

use schemars::JsonSchema;
use serde::Serialize;

/// A command, or a part of one; empty when none was set.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "NodeCommand")]
pub struct Command {
    #[schemars(example = &"sleep 60")]
    pub object: String,
}

/// The folders that are volumes.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "NodeVolumes")]
pub struct Volumes {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = ["/data"])]
    pub object: Option<Vec<String>>,
}
