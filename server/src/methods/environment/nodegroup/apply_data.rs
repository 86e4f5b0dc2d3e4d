//! What clients keep with a layer.

use keyrack_wire::{Done, JsonText, platform};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, LayerName};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Puts values into what clients keep with a layer; `null` takes one out.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApplyData {
    env_name: EnvName,
    node_group: LayerName,
    /// A JSON object.
    #[schemars(example = &r#"{"owner":"web"}"#)]
    data: JsonText,
}

impl Method for ApplyData {
    const NAME: &str = "environment.nodegroup.ApplyData";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::NotFound, Code::NoEnvironment, Code::Limit];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let (name, group) = (&self.env_name, &self.node_group.0);
        let data = platform::object("data", &self.data)?;
        call.keyrack.environments.apply_layer_data(&call.caller, &call.client, name, group, data).await?;
        Ok(Done {})
    }
}
