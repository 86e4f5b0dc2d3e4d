//! A group less.

use keyrack_wire::Done;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, OwnerUid};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Removes a group with all below it; its environments stay.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemoveGroup {
    /// Its name.
    #[schemars(example = &"shops")]
    env_group: String,
    _env_name: Option<EnvName>,
    _owner_uid: Option<OwnerUid>,
}

impl Method for RemoveGroup {
    const NAME: &str = "environment.group.RemoveGroup";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::NotFound];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        call.keyrack.environments.remove_group(&call.caller, &call.client, &self.env_group).await?;
        Ok(Done {})
    }
}
