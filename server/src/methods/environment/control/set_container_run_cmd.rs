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

/// Sets the command that a node runs in the place of its image's; effective at its next start.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetContainerRunCmd {
    env_name: EnvName,
    node_id: NodeId,
    #[serde(default)]
    data: CommandLine,
}

impl Method for SetContainerRunCmd {
    const NAME: &str = "environment.control.SetContainerRunCmd";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NoEnvironment];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let (name, choice) = (&self.env_name, NodeChoice::Ids(vec![self.node_id.0]));
        let line = platform::command_line("data", &self.data.0)?;
        call.keyrack.environments.set_command(&call.caller, &call.client, name, &choice, line.as_deref()).await?;
        Ok(Done {})
    }
}
