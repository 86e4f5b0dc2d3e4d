//! Where a layer's image comes from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::params::{EnvName, LayerName};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Tells which registry the image of a layer comes from, and as whom the account signs in there. The password is not shown.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetRegistryInfo {
    env_name: EnvName,
    node_group: LayerName,
}

/// A registry of images.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RegistryInfo")]
pub struct Info {
    #[schemars(example = &"keyrack/web:latest")]
    image: String,
    #[schemars(example = &"docker.io")]
    registry: String,
    /// Absent when the account does not sign in there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"user")]
    user: Option<String>,
}

impl Method for GetRegistryInfo {
    const NAME: &str = "environment.control.GetRegistryInfo";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NoEnvironment];
    type Answer = Info;

    async fn run(self, call: &Call) -> Result<Info, ApiError> {
        let info = call.keyrack.environments.registry_info(&call.caller, &self.env_name, &self.node_group.0).await?;
        Ok(Info { image: info.image.to_string(), registry: info.registry, user: info.user })
    }
}
