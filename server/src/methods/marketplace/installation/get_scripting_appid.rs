//! The account as installer.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Tells the identifier of the account among those who install.
#[derive(Deserialize, JsonSchema)]
pub struct GetScriptingAppid;

/// The identifier.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ScriptingAppid {
    #[schemars(example = &"4f1c2a5b6d4c7e8f90a1b2c3d4e5f60e")]
    appid: String,
}

impl Method for GetScriptingAppid {
    const NAME: &str = "marketplace.installation.GetScriptingAppid";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Caller;
    const SETS: &[ApiSet] = &[ApiSet::Marketplace];
    type Answer = ScriptingAppid;

    async fn run(self, call: &Call) -> Result<ScriptingAppid, ApiError> {
        Ok(ScriptingAppid { appid: call.keyrack.marketplace.scripting_appid(&call.caller) })
    }
}
