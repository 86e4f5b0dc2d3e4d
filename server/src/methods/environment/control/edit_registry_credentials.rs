//! How the account signs in to a registry.

use keyrack_domain::engine::RegistryLogin;
use keyrack_wire::Secret;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Keeps how the account signs in to a registry of images, for every pull from there; without a user it is forgotten. What is
/// kept is never shown again.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EditRegistryCredentials {
    /// The registry, as it stands before an image: `ghcr.io`, `registry.example.org:5000`; Docker Hub is `docker.io`.
    #[schemars(example = &"ghcr.io")]
    filter: String,
    /// The user there.
    #[schemars(example = &"user")]
    user: Option<String>,
    /// The password, or a token of the registry.
    #[schemars(example = &"secret")]
    password: Option<Secret>,
}

/// How many were changed.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RegistryLoginsChanged")]
pub struct Changed {
    #[schemars(example = 1)]
    count: u64,
}

impl Method for EditRegistryCredentials {
    const NAME: &str = "environment.control.EditRegistryCredentials";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::Forbidden, Code::Limit];
    type Answer = Changed;

    async fn run(self, call: &Call) -> Result<Changed, ApiError> {
        let login = match (self.user, self.password) {
            (Some(user), Some(password)) => Some(RegistryLogin { user, password: password.into_inner() }),
            (Some(_), None) => return Err(ApiError::Missing("password")),
            (None, _) => None,
        };
        let count =
            call.keyrack.environments.set_registry_login(&call.caller, &call.client, &self.filter, login).await?;
        Ok(Changed { count })
    }
}
