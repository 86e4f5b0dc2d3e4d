//! Restarting what nodes run.

use keyrack_domain::environments::RestartOrder;
use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, LayerName, NodeId, RestartDelay};
use super::responses::Responses;
use super::{nodes, until_settled};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Restarts what a node, a layer or all nodes of a running environment run.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RestartServices {
    env_name: EnvName,
    node_id: Option<NodeId>,
    node_group: Option<LayerName>,
    /// Whether one node waits for the other; all at once otherwise.
    #[serde(default)]
    #[schemars(example = true)]
    is_sequential: bool,
    #[serde(default)]
    delay: RestartDelay,
}

impl Method for RestartServices {
    const NAME: &str = "environment.control.RestartServices";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::NotFound, Code::NoEnvironment, Code::WrongState];
    type Answer = Responses;

    async fn run(self, call: &Call) -> Result<Responses, ApiError> {
        let (name, choice) = (&self.env_name, nodes(self.node_id, self.node_group));
        let order = RestartOrder { sequential: self.is_sequential, delay: self.delay.0 };
        let nodes = call.keyrack.environments.configured_nodes(&call.caller, name, &choice).await?;
        let restarting =
            call.keyrack.environments.restart_nodes(&call.caller, &call.client, name, choice, order).await?;
        until_settled(restarting).await?;
        Ok(Responses::done_on(nodes.iter().map(|node| node.id)))
    }
}
