//! One environment.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::info::Info;
use super::super::params::EnvName;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Tells everything about one environment.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetEnvInfo {
    env_name: EnvName,
    /// Accepted for compatibility; the answer is always whole.
    #[serde(default)]
    #[schemars(example = false)]
    _lazy: bool,
}

impl Method for GetEnvInfo {
    const NAME: &str = "environment.control.GetEnvInfo";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins, ApiSet::Marketplace];
    const CODES: &[Code] = &[Code::NoEnvironment];
    type Answer = Info;

    async fn run(self, call: &Call) -> Result<Info, ApiError> {
        let environment = call.keyrack.environments.get(&call.caller, &self.env_name).await?;
        Ok(Info::of(environment, call.caller.role))
    }
}
