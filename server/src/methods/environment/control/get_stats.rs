//! What nodes use.

use keyrack_domain::environments::NodeChoice;
use keyrack_wire::End;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::params::{EnvName, LayerName, NodeId, Seconds};
use super::{Sum, nodes};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Tells what an environment, a layer or a node used lately, in steps, the oldest first.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetStats {
    env_name: EnvName,
    /// How far back to look, in seconds; an hour is kept.
    #[schemars(example = 3600)]
    duration: Seconds,
    /// The length of a step, in seconds; samples are 10 seconds apart.
    #[schemars(example = 60)]
    interval: Seconds,
    /// Accepted for compatibility; the time ends now.
    #[schemars(example = &"2027-12-31 23:59:59")]
    _endtime: Option<End>,
    node_id: Option<NodeId>,
    node_group: Option<LayerName>,
    /// Only nodes of this type, or of this image.
    #[schemars(example = &"docker")]
    nodetype: Option<String>,
}

/// What was used, step by step.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "StatsInSteps")]
pub struct Stats {
    #[schemars(example = &"0123456789abcdef0123456789abcdef")]
    appid: String,
    stats: Vec<Sum>,
    #[schemars(example = 1)]
    status: i64,
}

impl Method for GetStats {
    const NAME: &str = "environment.control.GetStats";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::NotFound, Code::NoEnvironment];
    type Answer = Stats;

    async fn run(self, call: &Call) -> Result<Stats, ApiError> {
        let environments = &call.keyrack.environments;
        let (name, duration, interval) = (&self.env_name, self.duration.0, self.interval.0);
        let choice = match (nodes(self.node_id, self.node_group), self.nodetype) {
            (NodeChoice::All, Some(kind)) => NodeChoice::Type(kind),
            (choice, _) => choice,
        };
        let environment = environments.get(&call.caller, name).await?;
        let steps = environments.stats(&call.caller, name, &choice, duration, interval).await?;
        Ok(Stats {
            appid: environment.appid,
            stats: steps.into_iter().map(Sum::from).collect(),
            status: environment.status.code(),
        })
    }
}
