//! Another tag.

use keyrack_domain::environments::{NodeChoice, Redeployment, RestartOrder};
use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::Secret;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, LayerName, RestartDelay};
use super::responses::Responses;
use super::until_settled;
use super::values::{KeepVolumes, Tag, registry_login};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lets all nodes of a layer run another tag of their image.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RedeployContainersByGroup {
    env_name: EnvName,
    tag: Tag,
    node_group: LayerName,
    /// Whether one node waits for the other; all at once otherwise.
    #[serde(default)]
    #[schemars(example = true)]
    is_sequential: bool,
    #[serde(default)]
    delay: RestartDelay,
    #[serde(default)]
    use_existing_volumes: KeepVolumes,
    /// How to sign in to the registry of a container's image, in the place of what the account keeps for it.
    #[schemars(example = &"user")]
    login: Option<String>,
    /// The password for that.
    #[schemars(example = &"secret")]
    password: Option<Secret>,
}

impl Method for RedeployContainersByGroup {
    const NAME: &str = "environment.control.RedeployContainersByGroup";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] =
        &[Code::Forbidden, Code::NotFound, Code::NoEnvironment, Code::WrongState, Code::RegistryLogin];
    type Answer = Responses;

    async fn run(self, call: &Call) -> Result<Responses, ApiError> {
        let (name, choice) = (&self.env_name, NodeChoice::Group(self.node_group.0));
        let redeployment = Redeployment {
            login: registry_login(self.login, self.password),
            keep_volumes: self.use_existing_volumes.0,
            order: RestartOrder { sequential: self.is_sequential, delay: self.delay.0 },
            ..Redeployment::to(self.tag.0)
        };
        let redeploying =
            call.keyrack.environments.redeploy(&call.caller, &call.client, name, &choice, redeployment).await?;
        until_settled(redeploying).await?;
        let nodes = call.keyrack.environments.configured_nodes(&call.caller, name, &choice).await?;
        Ok(Responses::done_on(nodes.iter().map(|node| node.id)))
    }
}
