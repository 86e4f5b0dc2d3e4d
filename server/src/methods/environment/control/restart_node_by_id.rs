//! Restarting one node.

use keyrack_domain::environments::{NodeChoice, RestartOrder};
use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::params::{EnvName, NodeId};
use super::until_settled;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Restarts one node of a running environment.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RestartNodeById {
    env_name: EnvName,
    node_id: NodeId,
}

/// The node that was restarted.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RestartedNodes")]
pub struct Restarted {
    responses: [RestartedNode; 1],
}

/// What is said of the node.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RestartedNode {
    #[schemars(example = &"")]
    err_out: &'static str,
    #[schemars(example = 1)]
    nodeid: i64,
    #[schemars(example = &"Node 1 is restarted.")]
    out: String,
    #[schemars(example = 0)]
    result: u8,
}

impl Method for RestartNodeById {
    const NAME: &str = "environment.control.RestartNodeById";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::NotFound, Code::NoEnvironment, Code::WrongState];
    type Answer = Restarted;

    async fn run(self, call: &Call) -> Result<Restarted, ApiError> {
        let (name, choice, order) = (&self.env_name, NodeChoice::Ids(vec![self.node_id.0]), RestartOrder::default());
        let restarting =
            call.keyrack.environments.restart_nodes(&call.caller, &call.client, name, choice, order).await?;
        until_settled(restarting).await?;
        let NodeId(node) = self.node_id;
        let out = format!("Node {node} is restarted.");
        Ok(Restarted { responses: [RestartedNode { err_out: "", nodeid: node, out, result: 0 }] })
    }
}
