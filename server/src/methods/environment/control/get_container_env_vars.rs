//! The variables of a node.

use std::collections::BTreeMap;

use keyrack_domain::environments::{Node, NodeChoice};
use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::params::{EnvName, NodeId};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Reads the variables that were set on a node.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetContainerEnvVars {
    env_name: EnvName,
    node_id: NodeId,
}

/// Variables by name.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "NodeVariables")]
pub struct Variables {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = BTreeMap::from([("GREETING", "hello")]))]
    object: Option<BTreeMap<String, String>>,
}

impl Variables {
    /// Those of the first node.
    pub fn of_first(nodes: Vec<Node>) -> Variables {
        Variables { object: nodes.into_iter().next().map(|node| node.facts.variables) }
    }
}

impl Method for GetContainerEnvVars {
    const NAME: &str = "environment.control.GetContainerEnvVars";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NoEnvironment];
    type Answer = Variables;

    async fn run(self, call: &Call) -> Result<Variables, ApiError> {
        let node = NodeChoice::Ids(vec![self.node_id.0]);
        let nodes =
            call.keyrack.environments.read_configuration(&call.caller, &call.client, &self.env_name, &node).await?;
        Ok(Variables::of_first(nodes))
    }
}
