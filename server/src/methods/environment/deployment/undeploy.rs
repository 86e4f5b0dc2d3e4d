//! Taking away what is deployed.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, LayerName};
use super::bean::NodesDone;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Takes away what is deployed in a context; other contexts stay.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Undeploy {
    env_name: EnvName,
    /// ROOT for what is served at `/`, or the first part of the path.
    #[schemars(example = &"shop")]
    context: String,
    node_group: Option<LayerName>,
}

impl Method for Undeploy {
    const NAME: &str = "environment.deployment.Undeploy";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] =
        &[Code::Forbidden, Code::NotFound, Code::NoEnvironment, Code::WrongState, Code::DeployFailed];
    type Answer = NodesDone;

    async fn run(self, call: &Call) -> Result<NodesDone, ApiError> {
        let group = self.node_group.as_ref().map(|layer| layer.0.as_str());
        let environments = &call.keyrack.environments;
        let done = environments.undeploy(&call.caller, &call.client, &self.env_name, group, &self.context).await?;
        Ok(NodesDone::of(done))
    }
}
