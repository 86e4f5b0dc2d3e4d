//! Fewer variables.

use keyrack_domain::environments::VariableChange;
use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::Done;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, LayerName, NodeId};
use super::nodes;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Removes variables from a node, a layer, or all nodes; effective at the next start.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemoveContainerEnvVars {
    env_name: EnvName,
    /// The names; one that is not there is no error.
    #[schemars(example = &"GREETING")]
    vars: Vec<String>,
    node_id: Option<NodeId>,
    node_group: Option<LayerName>,
}

impl Method for RemoveContainerEnvVars {
    const NAME: &str = "environment.control.RemoveContainerEnvVars";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NoEnvironment];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let (name, choice) = (&self.env_name, nodes(self.node_id, self.node_group));
        let change = VariableChange::Remove(self.vars);
        call.keyrack.environments.change_variables(&call.caller, &call.client, name, &choice, &change).await?;
        Ok(Done {})
    }
}
