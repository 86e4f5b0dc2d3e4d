//! Who am I?

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;
use crate::methods::users::person::NamedPerson;

/// Tells the number, e-mail address and name of the user behind the credential.
#[derive(Deserialize, JsonSchema)]
pub struct GetUserInfo;

impl Method for GetUserInfo {
    const NAME: &str = "users.account.GetUserInfo";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Caller;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins, ApiSet::Marketplace];
    type Answer = NamedPerson;

    async fn run(self, call: &Call) -> Result<NamedPerson, ApiError> {
        let profile = call.keyrack.accounts.profile(&call.caller).await?;
        Ok(NamedPerson::new(call.caller.clone(), profile.name))
    }
}
