//! Restarting one node.

use keyrack_domain::environments::{NodeChoice, RestartOrder};
use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::Done;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, NodeId};
use super::until_settled;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Restarts one node of a running environment.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RestartContainerById {
    env_name: EnvName,
    node_id: NodeId,
}

impl Method for RestartContainerById {
    const NAME: &str = "environment.control.RestartContainerById";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::NotFound, Code::NoEnvironment, Code::WrongState];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let (name, choice, order) = (&self.env_name, NodeChoice::Ids(vec![self.node_id.0]), RestartOrder::default());
        let restarting =
            call.keyrack.environments.restart_nodes(&call.caller, &call.client, name, choice, order).await?;
        until_settled(restarting).await?;
        Ok(Done {})
    }
}
