//! What a manifest says.

use keyrack_domain::marketplace::Manifest;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::Sorted;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::app_info::Info;
use super::super::facts::Facts;
use super::super::params::{AnyOwner, Lang, ManifestText};
use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Tells what a manifest says, without installing it; one that could not be installed is refused.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetAppInfo {
    /// The manifest, as YAML or JSON (docs/marketplace.md says what it may hold); its text, no address.
    jps: ManifestText,
    _lang: Option<Lang>,
    _owner_uid: Option<AnyOwner>,
}

impl Method for GetAppInfo {
    const NAME: &str = "marketplace.jps.GetAppInfo";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Caller;
    const SETS: &[ApiSet] = &[ApiSet::Marketplace];
    type Answer = Sorted<Info<Facts>>;

    async fn run(self, _call: &Call) -> Result<Sorted<Info<Facts>>, ApiError> {
        let manifest = Manifest::read(&self.jps.0)?;
        // Who brings a manifest knows it.
        Ok(Info::of(Facts::of(&manifest), Some(&manifest), Role::Owner))
    }
}
