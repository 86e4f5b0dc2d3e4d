//! One less.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::outcome::Nothing;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Removes a manifest of the account's own; what is installed from it stays.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeleteApp {
    /// The number of the app.
    #[schemars(example = &"1")]
    id: String,
}

impl Method for DeleteApp {
    const NAME: &str = "marketplace.app.DeleteApp";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const SETS: &[ApiSet] = &[ApiSet::Marketplace];
    const CODES: &[Code] = &[Code::NotFound];
    type Answer = Nothing;

    async fn run(self, call: &Call) -> Result<Nothing, ApiError> {
        call.keyrack.marketplace.delete_app(&call.caller, &call.client, &self.id).await?;
        Ok(Nothing::done())
    }
}
