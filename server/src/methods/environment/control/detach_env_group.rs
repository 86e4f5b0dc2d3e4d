//! Groups of environments.

use keyrack_domain::environments::GroupChange;
use keyrack_wire::Done;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, GroupNames};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Takes an environment out of groups.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DetachEnvGroup {
    env_name: EnvName,
    env_group: GroupNames,
}

impl Method for DetachEnvGroup {
    const NAME: &str = "environment.control.DetachEnvGroup";
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
