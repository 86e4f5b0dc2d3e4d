//! An action.

use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::{Json, Sorted};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::super::STEP_CODES;
use super::super::outcome::{Acting, Outcome};
use super::super::params::{Lang, SettingsId, UniqueName, read_values};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Carries out an action of something that is installed; answers at its end.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExecuteAction {
    app_unique_name: UniqueName,
    /// The action; may be left out when there is only one.
    #[schemars(example = &"scale")]
    action: Option<String>,
    _settings_id: Option<SettingsId>,
    /// A JSON object: what the action has as `this`; values of fields count as settings too.
    #[schemars(example = &r#"{"count":3}"#)]
    params: Option<Json<Value>>,
    _lang: Option<Lang>,
}

impl Method for ExecuteAction {
    const NAME: &str = "marketplace.installation.ExecuteAction";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::Marketplace];
    const CODES: &[Code] = STEP_CODES;
    type Answer = Sorted<Outcome<Acting>>;

    async fn run(self, call: &Call) -> Result<Sorted<Outcome<Acting>>, ApiError> {
        let given = read_values("params", self.params.as_ref().map(|params| &params.0))?;
        let (caller, name, action) = (&call.caller, &self.app_unique_name.0, self.action.as_deref());
        let carried_out =
            call.keyrack.marketplace.execute_app_action(caller, &call.client, name, action, given).await?;
        Ok(Outcome::of(carried_out, Acting::ExecuteAction, caller.role))
    }
}
