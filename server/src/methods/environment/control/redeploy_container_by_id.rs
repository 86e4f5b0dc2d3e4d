//! Another tag.

use keyrack_domain::environments::{NodeChoice, Redeployment};
use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::Secret;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, NodeId};
use super::responses::Responses;
use super::until_settled;
use super::values::{KeepVolumes, Tag, registry_login};
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
    /// How to sign in to the registry of a container's image, in the place of what the account keeps for it.
    #[schemars(example = &"user")]
    login: Option<String>,
    /// The password for that.
    #[schemars(example = &"secret")]
    password: Option<Secret>,
}

impl Method for RedeployContainerById {
    const NAME: &str = "environment.control.RedeployContainerById";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] =
        &[Code::Forbidden, Code::NotFound, Code::NoEnvironment, Code::WrongState, Code::RegistryLogin];
    type Answer = Responses;

    async fn run(self, call: &Call) -> Result<Responses, ApiError> {
        let (name, choice) = (&self.env_name, NodeChoice::Ids(vec![self.node_id.0]));
        let redeployment = Redeployment {
            login: registry_login(self.login, self.password),
            keep_volumes: self.use_existing_volumes.0,
            ..Redeployment::to(self.tag.0)
        };
        let redeploying =
            call.keyrack.environments.redeploy(&call.caller, &call.client, name, &choice, redeployment).await?;
        until_settled(redeploying).await?;
        let nodes = call.keyrack.environments.configured_nodes(&call.caller, name, &choice).await?;
        Ok(Responses::done_on(nodes.iter().map(|node| node.id)))
    }
}
