//! One less.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::outcome::Nothing;
use super::super::params::AppId;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Makes an app none of your favourites any more; it stays in the catalogue.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Delete {
    id: AppId,
}

impl Method for Delete {
    const NAME: &str = "marketplace.favorite.Delete";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const SETS: &[ApiSet] = &[ApiSet::Marketplace];
    const CODES: &[Code] = &[Code::NotFound];
    type Answer = Nothing;

    async fn run(self, call: &Call) -> Result<Nothing, ApiError> {
        call.keyrack.marketplace.delete_favorite_app(&call.caller, &call.client, &self.id.0).await?;
        Ok(Nothing::done())
    }
}
