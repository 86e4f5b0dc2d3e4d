//! Volumes.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, LayerName, NodeId};
use super::nodes;
use super::responses::Responses;
use super::values::VolumePaths;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Makes the volume an ordinary folder of a node, a layer or all nodes again; what is in it stays.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemoveContainerVolumes {
    env_name: EnvName,
    volumes: VolumePaths,
    node_id: Option<NodeId>,
    node_group: Option<LayerName>,
}

impl Method for RemoveContainerVolumes {
    const NAME: &str = "environment.control.RemoveContainerVolumes";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NoEnvironment];
    type Answer = Responses;

    async fn run(self, call: &Call) -> Result<Responses, ApiError> {
        let (name, choice, paths) = (&self.env_name, nodes(self.node_id, self.node_group), self.volumes.0);
        let nodes = call.keyrack.environments.remove_volumes(&call.caller, &call.client, name, &choice, &paths).await?;
        Ok(Responses::done_on(nodes))
    }
}
