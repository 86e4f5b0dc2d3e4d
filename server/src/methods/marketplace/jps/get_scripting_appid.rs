//! The account as installer.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::installation;
use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Tells the identifier of the account among those who install.
#[derive(Deserialize, JsonSchema)]
pub struct GetScriptingAppid;

impl Method for GetScriptingAppid {
    const NAME: &str = "marketplace.jps.GetScriptingAppid";
    const RIGHT: Right = installation::GetScriptingAppid::RIGHT;
    const EFFECT: Effect = installation::GetScriptingAppid::EFFECT;
    const ACTS_ON: ActsOn = ActsOn::Caller;
    const SETS: &[ApiSet] = installation::GetScriptingAppid::SETS;
    type Answer = <installation::GetScriptingAppid as Method>::Answer;

    async fn run(self, call: &Call) -> Result<Self::Answer, ApiError> {
        installation::GetScriptingAppid.run(call).await
    }
}
