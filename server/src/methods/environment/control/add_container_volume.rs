//! Volumes.

use keyrack_domain::environments::NodeChoice;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, NodeId};
use super::responses::Responses;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Makes a folder a volume of a node: a folder that a redeployment asks about.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddContainerVolume {
    env_name: EnvName,
    /// The folder, from the folder of the node on.
    #[schemars(example = &"/data")]
    path: String,
    node_id: NodeId,
}

impl Method for AddContainerVolume {
    const NAME: &str = "environment.control.AddContainerVolume";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NoEnvironment, Code::NotPermitted, Code::Limit];
    type Answer = Responses;

    async fn run(self, call: &Call) -> Result<Responses, ApiError> {
        let (name, choice) = (&self.env_name, NodeChoice::Ids(vec![self.node_id.0]));
        let nodes =
            call.keyrack.environments.add_volumes(&call.caller, &call.client, name, &choice, &[self.path]).await?;
        Ok(Responses::done_on(nodes))
    }
}
