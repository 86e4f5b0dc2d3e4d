//! Add-ons.

use keyrack_domain::marketplace::{self, Installation, ManifestType};
use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::Sorted;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::apps::{App, Apps};
use super::super::params::{Lang, Search, StepLayer};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists add-ons: all, or those for an environment or layer; says which are installed there.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetAddonList {
    #[serde(default)]
    search: Search,
    node_group: Option<StepLayer>,
    /// The environment.
    #[schemars(example = &"my-project")]
    env_name: Option<String>,
    _lang: Option<Lang>,
}

/// An add-on.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(example = json!({
    "id": "scale",
    "appId": "scale",
    "isOwn": false,
    "type": "update",
    "name": "Scale a layer",
    "categories": ["apps/dev-tools"],
    "actions": ["scale"],
    "isInstalled": true,
    "uniqueName": "0e4f1c2a-5b6d-4c7e-8f90-a1b2c3d4e5f6",
}))]
pub struct Addon {
    /// Whether it is installed in the environment that was asked for.
    is_installed: bool,
    /// The installation there.
    #[serde(skip_serializing_if = "Option::is_none")]
    unique_name: Option<String>,
    #[serde(flatten)]
    app: App,
}

impl Method for GetAddonList {
    const NAME: &str = "marketplace.app.GetAddonList";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::Marketplace];
    const CODES: &[Code] = &[Code::NoEnvironment];
    type Answer = Sorted<Apps<Addon>>;

    async fn run(self, call: &Call) -> Result<Sorted<Apps<Addon>>, ApiError> {
        let layer = self.node_group.as_ref().map(|layer| layer.0.as_str());
        let environment = match &self.env_name {
            Some(name) => Some(call.keyrack.environments.get(&call.caller, name).await?),
            None => None,
        };
        let layers: Vec<&str> = match (layer, &environment) {
            (Some(layer), _) => vec![layer],
            (None, Some(environment)) => environment.layers.iter().map(|layer| layer.name.as_str()).collect(),
            (None, None) => Vec::new(),
        };
        let anywhere = layer.is_none() && environment.is_none();
        let installed = call.keyrack.marketplace.installations(&call.caller).await?;
        let found = call.keyrack.marketplace.apps(&call.caller).await?;
        let fits = |found: &&marketplace::App| match anywhere {
            true => found.manifest.kind == ManifestType::Update,
            false => found.is_addon_for(&layers),
        };
        let addon = |found: &marketplace::App| {
            let here = |one: &&Installation| {
                let name = one.environment.as_ref().map(|(name, _)| name);
                one.app == found.id && environment.as_ref().is_some_and(|it| name == Some(&it.name))
            };
            let here = installed.iter().find(here);
            Addon {
                is_installed: here.is_some(),
                unique_name: here.map(|one| one.unique_name.clone()),
                app: App::of(found),
            }
        };
        let apps = found.iter().filter(|found| found.holds(&self.search.0)).filter(fits).map(addon).collect();
        Ok(Apps::of(apps))
    }
}
