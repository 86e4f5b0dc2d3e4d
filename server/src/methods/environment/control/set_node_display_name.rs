//! What people call a node.

use keyrack_wire::Done;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, NodeId};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Gives a node the name that people see.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetNodeDisplayName {
    env_name: EnvName,
    node_id: NodeId,
    /// At most 100 characters; nothing takes it back.
    #[serde(default)]
    #[schemars(example = &"Front")]
    display_name: String,
}

impl Method for SetNodeDisplayName {
    const NAME: &str = "environment.control.SetNodeDisplayName";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::NotFound, Code::NoEnvironment];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let (name, node, display) = (&self.env_name, self.node_id.0, &self.display_name);
        call.keyrack.environments.set_node_display_name(&call.caller, &call.client, name, node, display).await?;
        Ok(Done {})
    }
}
