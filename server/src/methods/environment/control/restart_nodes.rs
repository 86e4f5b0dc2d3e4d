//! Restarting nodes.

use keyrack_domain::environments::{NodeChoice, RestartOrder};
use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::{Done, Ids};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, LayerName, RestartDelay};
use super::until_settled;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Restarts nodes of a running environment: those with the numbers, those of the layer, or all.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RestartNodes {
    env_name: EnvName,
    /// Numbers of nodes; `*` means all.
    #[schemars(example = &"1")]
    node_id: Option<Ids>,
    node_group: Option<LayerName>,
    /// Whether one node waits for the other; all at once otherwise.
    #[serde(default)]
    #[schemars(example = true)]
    is_sequential: bool,
    #[serde(default)]
    delay: RestartDelay,
}

impl Method for RestartNodes {
    const NAME: &str = "environment.control.RestartNodes";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::NotFound, Code::NoEnvironment, Code::WrongState];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let choice = match (self.node_id, self.node_group) {
            (Some(Ids::These(ids)), _) => NodeChoice::Ids(ids),
            (None, Some(layer)) => NodeChoice::Group(layer.0),
            (Some(Ids::All), _) | (None, None) => NodeChoice::All,
        };
        let order = RestartOrder { sequential: self.is_sequential, delay: self.delay.0 };
        let name = &self.env_name;
        let restarting =
            call.keyrack.environments.restart_nodes(&call.caller, &call.client, name, choice, order).await?;
        until_settled(restarting).await?;
        Ok(Done {})
    }
}
