//! Settings.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::app_info::Form;
use super::super::params::{Lang, SettingsId, UniqueName};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Tells the form of something that is installed with the values that count now; secrets are left out.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetSettings {
    app_unique_name: UniqueName,
    settings_id: Option<SettingsId>,
    _lang: Option<Lang>,
}

/// The form.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "InstallationSettings")]
pub struct Settings {
    /// Absent when there is no such form.
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<Form>,
}

impl Method for GetSettings {
    const NAME: &str = "marketplace.installation.GetSettings";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::Marketplace];
    const CODES: &[Code] = &[Code::NotFound];
    type Answer = Settings;

    async fn run(self, call: &Call) -> Result<Settings, ApiError> {
        let (name, form) = (&self.app_unique_name.0, self.settings_id.as_ref().map(|form| form.0.as_str()));
        let shown = call.keyrack.marketplace.installed_settings(&call.caller, &call.client, name, form).await?;
        Ok(Settings { settings: Form::of(shown) })
    }
}
