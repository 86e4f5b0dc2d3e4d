//! All of it.

use keyrack_domain::Error;
use keyrack_domain::marketplace;
use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::Sorted;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::installed::Installation;
use super::super::outcome::Response;
use super::super::params::Search;
use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists what is installed in the account, the oldest first.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetList {
    #[serde(default)]
    search: Search,
}

/// What is installed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Installations {
    apps: Vec<Installation>,
    #[schemars(example = 0)]
    result: u8,
    #[schemars(example = 1)]
    total: usize,
}

impl Method for GetList {
    const NAME: &str = "marketplace.installation.GetList";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::List;
    const SETS: &[ApiSet] = &[ApiSet::Marketplace];
    type Answer = Sorted<Response<Installations>>;

    async fn run(self, call: &Call) -> Result<Sorted<Response<Installations>>, ApiError> {
        let search = self.search.0.to_lowercase();
        let installed = call.keyrack.marketplace.installations(&call.caller).await?;
        // A thousand large manifests take seconds to read: not on a thread that others' calls wait for.
        let read = move || {
            let one = |one: &marketplace::Installation| Installation::of(one, one.read().ok().as_ref());
            installed.iter().map(one).filter(|app| app.holds(&search)).collect::<Vec<_>>()
        };
        let apps = tokio::task::spawn_blocking(read).await.map_err(Error::internal)?;
        Ok(Sorted(Response { response: Installations { result: 0, total: apps.len(), apps } }))
    }
}
