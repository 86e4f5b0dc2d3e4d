//! Uninstalling.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::STEP_CODES;
use super::super::outcome::Nothing;
use super::super::params::UniqueName;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Carries out what an installed app does at its end, and forgets it; its environment stays.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Uninstall {
    app_unique_name: UniqueName,
    /// Whether it is forgotten also when something fails.
    #[serde(default)]
    #[schemars(example = false)]
    force: bool,
}

impl Method for Uninstall {
    const NAME: &str = "marketplace.installation.Uninstall";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::Marketplace];
    const CODES: &[Code] = STEP_CODES;
    type Answer = Nothing;

    async fn run(self, call: &Call) -> Result<Nothing, ApiError> {
        let name = &self.app_unique_name.0;
        call.keyrack.marketplace.uninstall(&call.caller, &call.client, name, self.force).await?;
        Ok(Nothing::done())
    }
}
