//! Volumes.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, LayerName, NodeId};
use super::nodes;
use super::responses::Responses;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Makes folders a volume of a node, a layer or all nodes: a folder that a redeployment asks about.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddContainerVolumes {
    env_name: EnvName,
    /// The folders, from the folder of the node on.
    #[schemars(example = &"/data")]
    volumes: Vec<String>,
    node_id: Option<NodeId>,
    node_group: Option<LayerName>,
}

impl Method for AddContainerVolumes {
    const NAME: &str = "environment.control.AddContainerVolumes";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NoEnvironment, Code::NotPermitted, Code::Limit];
    type Answer = Responses;

    async fn run(self, call: &Call) -> Result<Responses, ApiError> {
        let (name, choice) = (&self.env_name, nodes(self.node_id, self.node_group));
        let nodes =
            call.keyrack.environments.add_volumes(&call.caller, &call.client, name, &choice, &self.volumes).await?;
        Ok(Responses::done_on(nodes))
    }
}
