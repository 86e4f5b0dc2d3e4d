//! Another text.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::outcome::Nothing;
use super::super::params::ManifestText;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Replaces a manifest of the account's own; what is installed from it stays as it is.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EditApp {
    /// The number of the app.
    #[schemars(example = &"1")]
    id: String,
    manifest: ManifestText,
}

impl Method for EditApp {
    const NAME: &str = "marketplace.app.EditApp";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const SETS: &[ApiSet] = &[ApiSet::Marketplace];
    const CODES: &[Code] = &[Code::NotFound];
    type Answer = Nothing;

    async fn run(self, call: &Call) -> Result<Nothing, ApiError> {
        call.keyrack.marketplace.edit_app(&call.caller, &call.client, &self.id, &self.manifest.0).await?;
        Ok(Nothing::done())
    }
}
