//! Writing.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::outcome::Nothing;
use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Writes a line to the account's console.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WriteLog {
    /// The line, at most 4000 characters.
    #[schemars(example = &"Hello")]
    message: String,
}

impl Method for WriteLog {
    const NAME: &str = "marketplace.console.WriteLog";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const SETS: &[ApiSet] = &[ApiSet::Marketplace];
    type Answer = Nothing;

    async fn run(self, call: &Call) -> Result<Nothing, ApiError> {
        call.keyrack.marketplace.write_console(&call.caller, &call.client, &self.message).await?;
        Ok(Nothing::done())
    }
}
