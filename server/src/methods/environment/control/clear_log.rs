//! Logs that are not wanted.

use keyrack_wire::Done;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, NodeId};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Empties a log of a node.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClearLog {
    env_name: EnvName,
    node_id: NodeId,
    /// The log, as GetLogs lists it; folders in front are ignored.
    #[schemars(example = &"output.log")]
    path: String,
}

impl Method for ClearLog {
    const NAME: &str = "environment.control.ClearLog";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::NotFound, Code::NoEnvironment];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let (name, node) = (&self.env_name, self.node_id.0);
        let file = self.path.rsplit('/').next().unwrap_or_default();
        call.keyrack.environments.discard_log(&call.caller, &call.client, name, node, file, false).await?;
        Ok(Done {})
    }
}
