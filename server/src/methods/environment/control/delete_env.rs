//! Deleting.

use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::{Done, Secret};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::EnvName;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Deletes an environment in any state, with its processes, files and logs.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeleteEnv {
    env_name: EnvName,
    /// Accepted for compatibility; it is not needed.
    #[schemars(example = &"correct horse battery staple", extend("x-aliases" = ["passphrase"]))]
    _password: Option<Secret>,
}

impl Method for DeleteEnv {
    const NAME: &str = "environment.control.DeleteEnv";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::NoEnvironment];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        call.keyrack.environments.delete(&call.caller, &call.client, &self.env_name).await?;
        Ok(Done {})
    }
}
