//! Volumes.

use keyrack_domain::environments::NodeChoice;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, NodeId};
use super::run_config::Volumes;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists the volumes of a node.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetContainerVolumesById {
    env_name: EnvName,
    node_id: NodeId,
}

impl Method for GetContainerVolumesById {
    const NAME: &str = "environment.control.GetContainerVolumesById";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NoEnvironment];
    type Answer = Volumes;

    async fn run(self, call: &Call) -> Result<Volumes, ApiError> {
        let choice = NodeChoice::Ids(vec![self.node_id.0]);
        Ok(Volumes::of(call.keyrack.environments.kept_volumes(&call.caller, &self.env_name, &choice).await?))
    }
}
