//! What people call an environment.

use keyrack_wire::Done;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::EnvName;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Gives an environment the name that people see.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetEnvDisplayName {
    env_name: EnvName,
    /// At most 100 characters; without it the short name is shown again.
    #[serde(default)]
    #[schemars(example = &"My project")]
    display_name: String,
}

impl Method for SetEnvDisplayName {
    const NAME: &str = "environment.control.SetEnvDisplayName";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::NoEnvironment];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let (name, display) = (&self.env_name, &self.display_name);
        call.keyrack.environments.set_display_name(&call.caller, &call.client, name, display).await?;
        Ok(Done {})
    }
}
