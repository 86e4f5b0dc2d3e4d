//! What a node runs.

use keyrack_domain::environments::NodeChoice;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, NodeId};
use super::run_config::Command;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Reads what precedes the command of a node; empty when none was set.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetContainerEntryPoint {
    env_name: EnvName,
    node_id: NodeId,
}

impl Method for GetContainerEntryPoint {
    const NAME: &str = "environment.control.GetContainerEntryPoint";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NoEnvironment];
    type Answer = Command;

    async fn run(self, call: &Call) -> Result<Command, ApiError> {
        let (name, node) = (&self.env_name, NodeChoice::Ids(vec![self.node_id.0]));
        let nodes = call.keyrack.environments.read_configuration(&call.caller, &call.client, name, &node).await?;
        let set = nodes.into_iter().next().and_then(|node| node.facts.entry_point);
        Ok(Command { object: set.unwrap_or_default() })
    }
}
