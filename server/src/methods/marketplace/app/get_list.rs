//! The catalogue.

use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::Sorted;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::apps::{App, Apps};
use super::super::params::{Lang, Search};
use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists what the account can install: what this server brings, then its own manifests.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetList {
    #[serde(default)]
    search: Search,
    _lang: Option<Lang>,
}

impl Method for GetList {
    const NAME: &str = "marketplace.app.GetList";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const SETS: &[ApiSet] = &[ApiSet::Marketplace];
    type Answer = Sorted<Apps<App>>;

    async fn run(self, call: &Call) -> Result<Sorted<Apps<App>>, ApiError> {
        let found = call.keyrack.marketplace.apps(&call.caller).await?;
        Ok(Apps::with(&found, &self.search.0))
    }
}
