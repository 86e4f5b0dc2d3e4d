//! One of it.

use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::Sorted;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::app_info::Info;
use super::super::installed::Installation;
use super::super::params::UniqueName;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Tells everything of something that is installed.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetInfo {
    app_unique_name: UniqueName,
}

impl Method for GetInfo {
    const NAME: &str = "marketplace.installation.GetInfo";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::Marketplace];
    const CODES: &[Code] = &[Code::NotFound];
    type Answer = Sorted<Info<Installation>>;

    async fn run(self, call: &Call) -> Result<Sorted<Info<Installation>>, ApiError> {
        let (caller, name) = (&call.caller, &self.app_unique_name.0);
        let installed = call.keyrack.marketplace.read_installation(caller, &call.client, name).await?;
        // One that an earlier server could read and this one cannot is still there, and can be uninstalled.
        let manifest = installed.read().ok();
        let app = Installation::of(&installed, manifest.as_ref());
        Ok(Info::of(app, manifest.as_ref(), caller.role))
    }
}
