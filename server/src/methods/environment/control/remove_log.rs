//! Logs that are not wanted.

use keyrack_wire::Done;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, NodeId};
use super::values::LogPath;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Removes a log of a node; the current one begins anew.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemoveLog {
    env_name: EnvName,
    node_id: NodeId,
    path: LogPath,
}

impl Method for RemoveLog {
    const NAME: &str = "environment.control.RemoveLog";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::NotFound, Code::NoEnvironment];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let (name, node, file) = (&self.env_name, self.node_id.0, self.path.file_name());
        call.keyrack.environments.discard_log(&call.caller, &call.client, name, node, file, true).await?;
        Ok(Done {})
    }
}
