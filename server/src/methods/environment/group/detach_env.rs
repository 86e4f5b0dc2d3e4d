//! Who is in a group.

use keyrack_domain::environments::GroupChange;
use keyrack_wire::Done;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, GroupNames, OwnerUid};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Takes an environment out of groups.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DetachEnv {
    env_group: GroupNames,
    #[schemars(extend("x-aliases" = ["targetAppid"]))]
    env_name: EnvName,
    _owner_uid: Option<OwnerUid>,
}

impl Method for DetachEnv {
    const NAME: &str = "environment.group.DetachEnv";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::NoEnvironment, Code::NotFound];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let (name, groups) = (&self.env_name, &self.env_group.0);
        call.keyrack.environments.change_groups(&call.caller, &call.client, name, GroupChange::Detach, groups).await?;
        Ok(Done {})
    }
}
