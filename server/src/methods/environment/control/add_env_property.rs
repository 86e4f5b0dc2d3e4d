//! What clients keep with an environment.

use keyrack_wire::{Done, JsonText, platform};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::EnvName;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Keeps values with an environment; none may be there already.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddEnvProperty {
    env_name: EnvName,
    /// A JSON object: values by name.
    #[schemars(example = r#"{"owner":"ada"}"#)]
    properties: JsonText,
}

impl Method for AddEnvProperty {
    const NAME: &str = "environment.control.AddEnvProperty";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::NoEnvironment, Code::Limit, Code::NotPermitted];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let (name, properties) = (&self.env_name, platform::object("properties", &self.properties)?);
        call.keyrack.environments.keep_properties(&call.caller, &call.client, name, properties, false).await?;
        Ok(Done {})
    }
}
