//! The one folder of a node's logs.

use keyrack_domain::engine;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::log_file::LogFile;

/// Logs by their folder: all lie in one.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "LogFolder")]
pub struct Folder {
    #[serde(rename = "/")]
    root: Vec<LogFile>,
}

impl Folder {
    pub fn of(logs: Vec<engine::LogFile>) -> Folder {
        Folder { root: logs.into_iter().map(LogFile::from).collect() }
    }
}
