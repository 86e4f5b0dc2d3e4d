//! All environments of the account.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::info::Infos;
use super::super::params::OwnerUid;
use super::super::parts::of_owner;
use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists the account's environments with their layers and nodes.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetEnvs {
    /// Accepted for compatibility; the answer is always whole.
    #[serde(default)]
    #[schemars(example = false)]
    _lazy: bool,
    owner_uid: Option<OwnerUid>,
}

impl Method for GetEnvs {
    const NAME: &str = "environment.control.GetEnvs";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::List;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins, ApiSet::Marketplace];
    type Answer = Infos;

    async fn run(self, call: &Call) -> Result<Infos, ApiError> {
        let environments = call.keyrack.environments.list(&call.caller).await?;
        let owner = self.owner_uid.map(|owner| owner.0);
        let shown = environments.into_iter().filter(|environment| of_owner(environment, owner));
        Ok(Infos::of(shown, call.caller.role))
    }
}
