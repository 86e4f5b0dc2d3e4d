//! The variables of a node.

use keyrack_domain::environments::{NodeChoice, VariableChange};
use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::{Done, JsonText, platform};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, NodeId};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Replaces all variables of a node; effective at its next start.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetContainerEnvVars {
    env_name: EnvName,
    /// A JSON object of texts: the variables by name.
    #[schemars(example = r#"{"GREETING":"hello"}"#)]
    vars: JsonText,
    node_id: NodeId,
}

impl Method for SetContainerEnvVars {
    const NAME: &str = "environment.control.SetContainerEnvVars";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NoEnvironment, Code::Limit];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let change = VariableChange::Set(platform::variables("vars", &self.vars)?);
        let (name, node) = (&self.env_name, NodeChoice::Ids(vec![self.node_id.0]));
        call.keyrack.environments.change_variables(&call.caller, &call.client, name, &node, &change).await?;
        Ok(Done {})
    }
}
