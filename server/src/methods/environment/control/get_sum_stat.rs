//! What an environment uses.

use keyrack_wire::End;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::params::{EnvName, Seconds};
use super::Sum;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Tells what an environment used lately, on average: cpu in milliseconds, mem in bytes, cloudlets.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetSumStat {
    env_name: EnvName,
    /// How far back to look, in seconds; an hour is kept.
    #[schemars(example = 3600)]
    duration: Seconds,
    /// Accepted for compatibility; the time ends now.
    #[schemars(example = &"2027-12-31 23:59:59")]
    _endtime: Option<End>,
}

/// What an environment used.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "EnvironmentStats")]
pub struct Stats {
    #[schemars(example = &"0123456789abcdef0123456789abcdef")]
    appid: String,
    is_transferring: bool,
    stats: Vec<Sum>,
    #[schemars(example = 1)]
    status: i64,
}

impl Method for GetSumStat {
    const NAME: &str = "environment.control.GetSumStat";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::NoEnvironment];
    type Answer = Stats;

    async fn run(self, call: &Call) -> Result<Stats, ApiError> {
        let (name, duration) = (&self.env_name, self.duration.0);
        let environment = call.keyrack.environments.get(&call.caller, name).await?;
        let used = call.keyrack.environments.sum_stat(&call.caller, name, duration).await?;
        Ok(Stats {
            appid: environment.appid,
            is_transferring: false,
            stats: vec![used.into()],
            status: environment.status.code(),
        })
    }
}
