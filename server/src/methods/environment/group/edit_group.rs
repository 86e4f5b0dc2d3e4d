//! A changed group.

use keyrack_wire::{JsonText, platform};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, OwnerUid};
use super::Groups;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Renames a group with all below it, or changes what is kept with it.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EditGroup {
    /// Its name.
    #[schemars(example = &"shops")]
    src_group_name: String,
    /// Its new name.
    #[schemars(example = &"stores")]
    dst_group_name: Option<String>,
    /// What you keep with it: a JSON object.
    #[schemars(example = r##"{"color":"#336699"}"##)]
    data: Option<JsonText>,
    _env_name: Option<EnvName>,
    _owner_uid: Option<OwnerUid>,
}

impl Method for EditGroup {
    const NAME: &str = "environment.group.EditGroup";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::NotFound, Code::NotPermitted];
    type Answer = Groups;

    async fn run(self, call: &Call) -> Result<Groups, ApiError> {
        let data = self.data.map(|data| platform::group_data("data", &data)).transpose()?;
        let new = self.dst_group_name.as_deref();
        call.keyrack.environments.edit_group(&call.caller, &call.client, &self.src_group_name, new, data).await?;
        Ok(Groups::of(call.keyrack.environments.groups(&call.caller, None).await?))
    }
}
