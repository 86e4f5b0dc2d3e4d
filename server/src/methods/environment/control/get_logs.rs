//! The logs of a node.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::params::{EnvName, NodeId};
use super::logs::Folder;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists the logs of a node.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetLogs {
    env_name: EnvName,
    node_id: NodeId,
    /// Accepted for compatibility; a node's logs lie in one folder.
    #[schemars(example = &"/")]
    _path: Option<String>,
}

/// The logs of a node, by their folders.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "NodeLogs")]
pub struct Logs {
    #[schemars(example = &"/")]
    core_root_path: &'static str,
    #[schemars(example = ["/"])]
    directory_path_list: [&'static str; 1],
    keywords: Folder,
}

impl Method for GetLogs {
    const NAME: &str = "environment.control.GetLogs";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::NotFound, Code::NoEnvironment];
    type Answer = Logs;

    async fn run(self, call: &Call) -> Result<Logs, ApiError> {
        let logs = call.keyrack.environments.node_logs(&call.caller, &self.env_name, self.node_id.0).await?;
        Ok(Logs { core_root_path: "/", directory_path_list: ["/"], keywords: Folder::of(logs) })
    }
}
