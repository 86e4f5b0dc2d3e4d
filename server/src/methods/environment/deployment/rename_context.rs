//! Moving what is deployed.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, LayerName};
use super::bean::NodesDone;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Moves what is deployed in one context to another one, which has to be free.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RenameContext {
    env_name: EnvName,
    /// Where it is: ROOT, or the first part of the path.
    #[schemars(example = &"ROOT")]
    old_context: String,
    /// Where it is to be.
    #[schemars(example = &"shop")]
    new_context: String,
    node_group: Option<LayerName>,
}

impl Method for RenameContext {
    const NAME: &str = "environment.deployment.RenameContext";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[
        Code::Forbidden,
        Code::NotFound,
        Code::NotPermitted,
        Code::NoEnvironment,
        Code::WrongState,
        Code::DeployFailed,
    ];
    type Answer = NodesDone;

    async fn run(self, call: &Call) -> Result<NodesDone, ApiError> {
        let group = self.node_group.as_ref().map(|layer| layer.0.as_str());
        let contexts = (self.old_context.as_str(), self.new_context.as_str());
        let environments = &call.keyrack.environments;
        let done = environments.rename_context(&call.caller, &call.client, &self.env_name, group, contexts).await?;
        Ok(NodesDone::of(done))
    }
}
