//! What people call a layer.

use keyrack_wire::Done;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, LayerName};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Gives a layer the name that people see.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetNodeGroupDisplayName {
    env_name: EnvName,
    node_group: LayerName,
    /// At most 100 characters; nothing takes it back.
    #[serde(default)]
    #[schemars(example = &"Front")]
    display_name: String,
}

impl Method for SetNodeGroupDisplayName {
    const NAME: &str = "environment.control.SetNodeGroupDisplayName";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::NotFound, Code::NoEnvironment];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let (name, group, display) = (&self.env_name, &self.node_group.0, &self.display_name);
        call.keyrack.environments.set_layer_display_name(&call.caller, &call.client, name, group, display).await?;
        Ok(Done {})
    }
}
