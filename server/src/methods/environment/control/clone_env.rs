//! Cloning.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::info::Info;
use super::until_settled;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Makes a copy of an environment with all its files under another name; it runs when the first one does.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CloneEnv {
    /// The environment to copy.
    #[schemars(example = &"my-project")]
    src_env_name: String,
    /// The name of the copy.
    #[schemars(example = &"my-copy")]
    dst_env_name: String,
    /// Accepted for compatibility.
    #[serde(default)]
    #[schemars(example = false)]
    _use_external_mounts: bool,
}

impl Method for CloneEnv {
    const NAME: &str = "environment.control.CloneEnv";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::NewEnvironment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::NotPermitted, Code::NoEnvironment, Code::WrongState, Code::Limit];
    type Answer = Info;

    async fn run(self, call: &Call) -> Result<Info, ApiError> {
        let environments = &call.keyrack.environments;
        let (source, name) = (&self.src_env_name, &self.dst_env_name);
        let cloning = environments.clone_environment(&call.caller, &call.client, source, name).await?;
        let name = cloning.environment.name.clone();
        until_settled(cloning).await?;
        Ok(Info::of(environments.get(&call.caller, &name).await?, call.caller.role))
    }
}
