//! The hooks of what is deployed.

use keyrack_domain::environments::Hooks;
use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::Object;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::params::{EnvName, LayerName};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Tells the commands that were executed around the deployment in a context.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetHooks {
    env_name: EnvName,
    /// ROOT when absent.
    #[schemars(example = &"shop")]
    context: Option<String>,
    node_group: Option<LayerName>,
}

/// Commands around a deployment.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "DeploymentHooks")]
pub struct Commands {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"echo after")]
    post_deploy_hook: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"echo before")]
    pre_deploy_hook: Option<String>,
}

impl Method for GetHooks {
    const NAME: &str = "environment.deployment.GetHooks";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NoEnvironment];
    type Answer = Object<Commands>;

    async fn run(self, call: &Call) -> Result<Object<Commands>, ApiError> {
        let group = self.node_group.as_ref().map(|layer| layer.0.as_str());
        let context = self.context.as_deref().unwrap_or_default();
        let environments = &call.keyrack.environments;
        let found = environments.deployment(&call.caller, &call.client, &self.env_name, group, context).await?;
        let Hooks { pre_deploy, post_deploy } = found.hooks;
        Ok(Object { object: Commands { post_deploy_hook: post_deploy, pre_deploy_hook: pre_deploy } })
    }
}
