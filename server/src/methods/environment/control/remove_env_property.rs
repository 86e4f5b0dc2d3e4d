//! What clients keep with an environment.

use keyrack_wire::Done;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::EnvName;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Forgets values that were kept with an environment.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemoveEnvProperty {
    env_name: EnvName,
    /// Their names; one that is not there is no error.
    #[schemars(example = &"owner")]
    property_keys: Vec<String>,
}

impl Method for RemoveEnvProperty {
    const NAME: &str = "environment.control.RemoveEnvProperty";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::NoEnvironment];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let (name, keys) = (&self.env_name, &self.property_keys);
        call.keyrack.environments.forget_properties(&call.caller, &call.client, name, keys).await?;
        Ok(Done {})
    }
}
