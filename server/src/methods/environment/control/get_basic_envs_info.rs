//! All environments of the account, in short.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::info::BasicInfos;
use super::super::params::OwnerUid;
use super::super::parts::of_owner;
use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists the account's environments without their nodes.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetBasicEnvsInfo {
    owner_uid: Option<OwnerUid>,
}

impl Method for GetBasicEnvsInfo {
    const NAME: &str = "environment.control.GetBasicEnvsInfo";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::List;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    type Answer = BasicInfos;

    async fn run(self, call: &Call) -> Result<BasicInfos, ApiError> {
        let environments = call.keyrack.environments.list(&call.caller).await?;
        let owner = self.owner_uid.map(|owner| owner.0);
        let shown = environments.into_iter().filter(|environment| of_owner(environment, owner));
        Ok(BasicInfos::of(shown, call.caller.role))
    }
}
