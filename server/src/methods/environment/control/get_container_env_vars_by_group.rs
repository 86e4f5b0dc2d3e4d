//! The variables of a layer.

use keyrack_domain::environments::NodeChoice;
use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, LayerName};
use super::get_container_env_vars::Variables;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Reads the variables that were set on a layer: those of its first node.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetContainerEnvVarsByGroup {
    env_name: EnvName,
    node_group: LayerName,
}

impl Method for GetContainerEnvVarsByGroup {
    const NAME: &str = "environment.control.GetContainerEnvVarsByGroup";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NoEnvironment];
    type Answer = Variables;

    async fn run(self, call: &Call) -> Result<Variables, ApiError> {
        let (name, layer) = (&self.env_name, NodeChoice::Group(self.node_group.0));
        let nodes = call.keyrack.environments.read_configuration(&call.caller, &call.client, name, &layer).await?;
        Ok(Variables::of_first(nodes))
    }
}
