//! Logs of nodes, by the names that clients of the platform read.

use keyrack_domain::engine;
use keyrack_wire::Moment;
use schemars::JsonSchema;
use serde::Serialize;

/// A log of a node.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogFile {
    last_modified: Moment,
    #[schemars(example = &"output.log")]
    name: String,
    /// As ReadLog takes it.
    #[schemars(example = &"output.log")]
    path: String,
    /// In bytes.
    #[schemars(example = 120)]
    size: u64,
}

impl From<engine::LogFile> for LogFile {
    fn from(log: engine::LogFile) -> LogFile {
        LogFile { last_modified: Moment(log.modified), name: log.path.clone(), path: log.path, size: log.size }
    }
}
