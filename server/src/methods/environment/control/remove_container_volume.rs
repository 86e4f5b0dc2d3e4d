//! Volumes.

use keyrack_domain::environments::NodeChoice;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, NodeId};
use super::responses::Responses;
use super::values::VolumePath;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Makes the volume an ordinary folder of a node again; what is in it stays.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemoveContainerVolume {
    env_name: EnvName,
    path: VolumePath,
    node_id: NodeId,
}

impl Method for RemoveContainerVolume {
    const NAME: &str = "environment.control.RemoveContainerVolume";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NoEnvironment];
    type Answer = Responses;

    async fn run(self, call: &Call) -> Result<Responses, ApiError> {
        let (name, choice, paths) = (&self.env_name, NodeChoice::Ids(vec![self.node_id.0]), [self.path.0]);
        let nodes = call.keyrack.environments.remove_volumes(&call.caller, &call.client, name, &choice, &paths).await?;
        Ok(Responses::done_on(nodes))
    }
}
