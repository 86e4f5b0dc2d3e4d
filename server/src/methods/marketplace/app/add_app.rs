//! A manifest of one's own.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::apps::Added;
use super::super::params::ManifestText;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Keeps a manifest in the account's own part of the catalogue; one that cannot be installed here is refused.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddApp {
    manifest: ManifestText,
}

impl Method for AddApp {
    const NAME: &str = "marketplace.app.AddApp";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const SETS: &[ApiSet] = &[ApiSet::Marketplace];
    const CODES: &[Code] = &[Code::Limit];
    type Answer = Added;

    async fn run(self, call: &Call) -> Result<Added, ApiError> {
        let id = call.keyrack.marketplace.add_app(&call.caller, &call.client, &self.manifest.0).await?;
        Ok(Added::of(id))
    }
}
