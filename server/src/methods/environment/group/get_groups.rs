//! The groups.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, OwnerUid};
use super::Groups;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists the groups of environments, or those that one environment is in.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetGroups {
    #[schemars(extend("x-aliases" = ["targetAppid"]))]
    env_name: Option<EnvName>,
    _owner_uid: Option<OwnerUid>,
}

impl Method for GetGroups {
    const NAME: &str = "environment.group.GetGroups";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::NoEnvironment];
    type Answer = Groups;

    async fn run(self, call: &Call) -> Result<Groups, ApiError> {
        Ok(Groups::of(call.keyrack.environments.groups(&call.caller, self.env_name.as_deref()).await?))
    }
}
