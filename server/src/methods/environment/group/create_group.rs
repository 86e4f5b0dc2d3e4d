//! A new group.

use keyrack_wire::{JsonText, platform};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, OwnerUid};
use super::Groups;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Makes a group of environments; `/` in its name puts it below another one.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateGroup {
    /// Its name.
    #[schemars(example = &"shops")]
    env_group: String,
    /// What you keep with it: a JSON object.
    #[schemars(example = r##"{"color":"#336699"}"##)]
    data: Option<JsonText>,
    env_name: Option<EnvName>,
    _owner_uid: Option<OwnerUid>,
}

impl Method for CreateGroup {
    const NAME: &str = "environment.group.CreateGroup";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::NotPermitted, Code::NoEnvironment, Code::Limit];
    type Answer = Groups;

    async fn run(self, call: &Call) -> Result<Groups, ApiError> {
        let data = self.data.map(|data| platform::group_data("data", &data)).transpose()?;
        let env = self.env_name.as_deref();
        call.keyrack.environments.create_group(&call.caller, &call.client, &self.env_group, data, env).await?;
        Ok(Groups::of(call.keyrack.environments.groups(&call.caller, None).await?))
    }
}
