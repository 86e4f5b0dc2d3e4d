//! What is deployed.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::params::{EnvName, LayerName};
use super::bean::Deployed;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists what is deployed in a layer.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetDeployments {
    env_name: EnvName,
    node_group: Option<LayerName>,
}

/// What is deployed in a layer.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Deployments {
    array: Vec<Deployed>,
}

impl Method for GetDeployments {
    const NAME: &str = "environment.deployment.GetDeployments";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::NotFound, Code::NoEnvironment];
    type Answer = Deployments;

    async fn run(self, call: &Call) -> Result<Deployments, ApiError> {
        let group = self.node_group.as_ref().map(|layer| layer.0.as_str());
        let found = call.keyrack.environments.deployments(&call.caller, &self.env_name, group).await?;
        Ok(Deployments { array: found.into_iter().map(Deployed::from).collect() })
    }
}
