//! The logs of a node, the current ones apart.

use std::collections::BTreeMap;

use keyrack_domain::engine::CURRENT_LOG;
use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::empty::NoFields;
use super::super::log_file::LogFile;
use super::super::params::{EnvName, NodeId};
use super::logs::Folder;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists the logs of a node, those that were turned over apart.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetLogsList {
    env_name: EnvName,
    node_id: NodeId,
    /// Accepted for compatibility; a node's logs lie in one folder.
    #[schemars(example = &"/")]
    _path: Option<String>,
}

/// The logs of a node.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogsList {
    directories: Folder,
    groups: NoFields,
    #[schemars(example = &"/")]
    path: &'static str,
    /// Those that were turned over, by the log that they were.
    #[schemars(example = json!({}))]
    rotated_logs: BTreeMap<&'static str, Vec<LogFile>>,
}

impl Method for GetLogsList {
    const NAME: &str = "environment.control.GetLogsList";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::NotFound, Code::NoEnvironment];
    type Answer = LogsList;

    async fn run(self, call: &Call) -> Result<LogsList, ApiError> {
        let logs = call.keyrack.environments.node_logs(&call.caller, &self.env_name, self.node_id.0).await?;
        let (current, rotated): (Vec<_>, Vec<_>) = logs.into_iter().partition(|log| log.path == CURRENT_LOG);
        let rotated: Vec<_> = rotated.into_iter().map(LogFile::from).collect();
        let rotated_logs = if rotated.is_empty() { BTreeMap::new() } else { BTreeMap::from([(CURRENT_LOG, rotated)]) };
        Ok(LogsList { directories: Folder::of(current), groups: NoFields {}, path: "/", rotated_logs })
    }
}
