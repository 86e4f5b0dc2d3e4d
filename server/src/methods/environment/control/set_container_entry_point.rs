//! What a node runs.

use keyrack_domain::environments::NodeChoice;
use keyrack_wire::{Done, platform};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, NodeId};
use super::values::CommandLine;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Sets what precedes the command of a node; effective at its next start.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetContainerEntryPoint {
    env_name: EnvName,
    node_id: NodeId,
    #[serde(default)]
    data: CommandLine,
}

impl Method for SetContainerEntryPoint {
    const NAME: &str = "environment.control.SetContainerEntryPoint";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NoEnvironment];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let (name, choice) = (&self.env_name, NodeChoice::Ids(vec![self.node_id.0]));
        let line = platform::command_line("data", &self.data.0)?;
        call.keyrack.environments.set_entry_point(&call.caller, &call.client, name, &choice, line.as_deref()).await?;
        Ok(Done {})
    }
}
