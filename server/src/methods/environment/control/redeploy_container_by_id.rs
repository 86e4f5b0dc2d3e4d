//! Another tag.

use keyrack_domain::environments::{NodeChoice, Redeployment, RestartOrder};
use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::Secret;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, NodeId};
use super::responses::Responses;
use super::until_settled;
use super::values::{KeepVolumes, Tag};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lets a node run another tag of its image.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RedeployContainerById {
    env_name: EnvName,
    tag: Tag,
    node_id: NodeId,
    #[serde(default)]
    use_existing_volumes: KeepVolumes,
    /// Accepted for compatibility; images need no registry here.
    #[schemars(example = &"user")]
    _login: Option<String>,
    /// Accepted for compatibility.
    #[schemars(example = &"secret")]
    _password: Option<Secret>,
}

impl Method for RedeployContainerById {
    const NAME: &str = "environment.control.RedeployContainerById";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NoEnvironment, Code::WrongState];
    type Answer = Responses;

    async fn run(self, call: &Call) -> Result<Responses, ApiError> {
        let (name, choice) = (&self.env_name, NodeChoice::Ids(vec![self.node_id.0]));
        let redeployment =
            Redeployment { tag: self.tag.0, keep_volumes: self.use_existing_volumes.0, order: RestartOrder::default() };
        let redeploying =
            call.keyrack.environments.redeploy(&call.caller, &call.client, name, &choice, redeployment).await?;
        until_settled(redeploying).await?;
        let nodes = call.keyrack.environments.configured_nodes(&call.caller, name, &choice).await?;
        Ok(Responses::done_on(nodes.iter().map(|node| node.id)))
    }
}
