//! More variables.

use keyrack_domain::environments::VariableChange;
use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::{Done, JsonText, platform};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, LayerName, NodeId};
use super::nodes;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Adds variables to a node, a layer, or all nodes, and replaces those that are there; effective at the next start.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddContainerEnvVars {
    env_name: EnvName,
    /// A JSON object of texts: the variables by name.
    #[schemars(example = r#"{"GREETING":"hello"}"#)]
    vars: JsonText,
    node_id: Option<NodeId>,
    node_group: Option<LayerName>,
}

impl Method for AddContainerEnvVars {
    const NAME: &str = "environment.control.AddContainerEnvVars";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NoEnvironment, Code::Limit];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let change = VariableChange::Add(platform::variables("vars", &self.vars)?);
        let (name, choice) = (&self.env_name, nodes(self.node_id, self.node_group));
        call.keyrack.environments.change_variables(&call.caller, &call.client, name, &choice, &change).await?;
        Ok(Done {})
    }
}
