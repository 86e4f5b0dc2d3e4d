//! Stopping.

use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::Done;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::EnvName;
use super::until_settled;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Stops a running environment: every process of it ends.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StopEnv {
    env_name: EnvName,
}

impl Method for StopEnv {
    const NAME: &str = "environment.control.StopEnv";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::NoEnvironment, Code::WrongState];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        until_settled(call.keyrack.environments.stop(&call.caller, &call.client, &self.env_name).await?).await?;
        Ok(Done {})
    }
}
