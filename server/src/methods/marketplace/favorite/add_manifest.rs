//! A manifest of one's own that is a favourite at once.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::apps::Added;
use super::super::params::ManifestText;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Keeps a manifest in the account's own part of the catalogue, as one of your favourites.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddManifest {
    manifest: ManifestText,
}

impl Method for AddManifest {
    const NAME: &str = "marketplace.favorite.AddManifest";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const SETS: &[ApiSet] = &[ApiSet::Marketplace];
    const CODES: &[Code] = &[Code::Limit];
    type Answer = Added;

    async fn run(self, call: &Call) -> Result<Added, ApiError> {
        let (caller, client) = (&call.caller, &call.client);
        let id = call.keyrack.marketplace.add_favorite_manifest(caller, client, &self.manifest.0).await?;
        Ok(Added::of(id))
    }
}
