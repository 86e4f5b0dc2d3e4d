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

/// Puts an environment into groups.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttachEnv {
    /// Names of groups: one, several with commas, or a JSON list; those that are not there are made.
    env_group: GroupNames,
    #[schemars(extend("x-aliases" = ["targetAppid"]))]
    env_name: EnvName,
    _owner_uid: Option<OwnerUid>,
}

impl Method for AttachEnv {
    const NAME: &str = "environment.group.AttachEnv";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::NoEnvironment, Code::Limit];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let (name, groups) = (&self.env_name, &self.env_group.0);
        call.keyrack.environments.change_groups(&call.caller, &call.client, name, GroupChange::Attach, groups).await?;
        Ok(Done {})
    }
}
