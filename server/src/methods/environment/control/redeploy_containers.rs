//! Another tag.

use keyrack_domain::environments::Redeployment;
use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::{Done, Secret};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, LayerName, NodeId};
use super::values::{KeepVolumes, Tag, registry_login};
use super::{nodes, until_settled};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lets a node, a layer or all nodes run another tag of their image.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RedeployContainers {
    env_name: EnvName,
    tag: Tag,
    node_id: Option<NodeId>,
    node_group: Option<LayerName>,
    #[serde(default)]
    use_existing_volumes: KeepVolumes,
    /// How to sign in to the registry of a container's image, in the place of what the account keeps for it.
    #[schemars(example = &"user")]
    login: Option<String>,
    /// The password for that.
    #[schemars(example = &"secret")]
    password: Option<Secret>,
}

impl Method for RedeployContainers {
    const NAME: &str = "environment.control.RedeployContainers";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] =
        &[Code::Forbidden, Code::NotFound, Code::NoEnvironment, Code::WrongState, Code::RegistryLogin];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let (name, choice) = (&self.env_name, nodes(self.node_id, self.node_group));
        let redeployment = Redeployment {
            login: registry_login(self.login, self.password),
            keep_volumes: self.use_existing_volumes.0,
            ..Redeployment::to(self.tag.0)
        };
        let redeploying =
            call.keyrack.environments.redeploy(&call.caller, &call.client, name, &choice, redeployment).await?;
        until_settled(redeploying).await?;
        Ok(Done {})
    }
}
