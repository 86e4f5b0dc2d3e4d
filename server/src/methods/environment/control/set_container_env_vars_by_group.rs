//! The variables of a layer.

use keyrack_domain::environments::{NodeChoice, VariableChange};
use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::{Done, JsonText, platform};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, LayerName};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Replaces all variables of every node of a layer; effective at their next start.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetContainerEnvVarsByGroup {
    env_name: EnvName,
    /// A JSON object of texts: the variables by name.
    #[schemars(example = &r#"{"GREETING":"hello"}"#)]
    data: JsonText,
    node_group: LayerName,
}

impl Method for SetContainerEnvVarsByGroup {
    const NAME: &str = "environment.control.SetContainerEnvVarsByGroup";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NoEnvironment, Code::Limit];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let change = VariableChange::Set(platform::variables("data", &self.data)?);
        let (name, choice) = (&self.env_name, NodeChoice::Group(self.node_group.0));
        call.keyrack.environments.change_variables(&call.caller, &call.client, name, &choice, &change).await?;
        Ok(Done {})
    }
}
