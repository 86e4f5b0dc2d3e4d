//! What everything uses.

use std::time::Duration;

use keyrack_wire::End;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::params::{EnvName, Seconds};
use super::Sum;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Tells what all environments, or one, used lately, on average.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetAllSumStatByUid {
    /// How far back to look, in seconds; an hour is kept and looked at without it.
    #[schemars(example = 3600)]
    duration: Option<Seconds>,
    /// Only this environment.
    env_name: Option<EnvName>,
    /// Accepted for compatibility; the time ends now.
    #[schemars(example = &"2027-12-31 23:59:59")]
    _endtime: Option<End>,
}

/// What is looked at when nothing else is asked for.
const HOUR: Duration = Duration::from_secs(3600);

/// What environments used.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AllStats {
    array: Vec<Stats>,
}

/// What an environment used.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "NamedEnvironmentStats")]
struct Stats {
    #[schemars(example = &"0123456789abcdef0123456789abcdef")]
    appid: String,
    #[schemars(example = &"my-project")]
    env_name: String,
    stats: Vec<Sum>,
    #[schemars(example = 1)]
    status: i64,
}

impl Method for GetAllSumStatByUid {
    const NAME: &str = "environment.control.GetAllSumStatByUid";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::List;
    const CODES: &[Code] = &[Code::NoEnvironment];
    type Answer = AllStats;

    async fn run(self, call: &Call) -> Result<AllStats, ApiError> {
        let environments = &call.keyrack.environments;
        let duration = self.duration.map_or(HOUR, |duration| duration.0);
        let looked_at = match self.env_name {
            Some(name) => vec![environments.get(&call.caller, &name).await?],
            None => environments.list(&call.caller).await?,
        };
        let mut array = Vec::with_capacity(looked_at.len());
        for environment in looked_at {
            let used = environments.sum_stat(&call.caller, &environment.name, duration).await?;
            array.push(Stats {
                appid: environment.appid,
                env_name: environment.name,
                stats: vec![used.into()],
                status: environment.status.code(),
            });
        }
        Ok(AllStats { array })
    }
}
