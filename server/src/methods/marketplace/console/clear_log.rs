//! Emptying.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::outcome::Nothing;
use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Empties the account's console.
#[derive(Deserialize, JsonSchema)]
pub struct ClearLog;

impl Method for ClearLog {
    const NAME: &str = "marketplace.console.ClearLog";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const SETS: &[ApiSet] = &[ApiSet::Marketplace];
    type Answer = Nothing;

    async fn run(self, call: &Call) -> Result<Nothing, ApiError> {
        call.keyrack.marketplace.clear_console(&call.caller, &call.client).await?;
        Ok(Nothing::done())
    }
}
