//! Installing an add-on.

use keyrack_domain::marketplace::InstallRequest;
use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::Sorted;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::STEP_CODES;
use super::super::outcome::{Installing, Outcome};
use super::super::params::{Settings, SkipEmails, StepLayer};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Installs an add-on into an environment; answers at the end of its steps.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InstallAddon {
    /// The add-on: its name, or its number for one of your own.
    #[schemars(example = &"scale")]
    id: String,
    settings: Option<Settings>,
    /// The environment that it is for.
    #[schemars(example = &"my-project")]
    env_name: String,
    node_group: Option<StepLayer>,
    _skip_email: Option<SkipEmails>,
}

impl Method for InstallAddon {
    const NAME: &str = "marketplace.app.InstallAddon";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::Marketplace];
    const CODES: &[Code] = STEP_CODES;
    type Answer = Sorted<Outcome<Installing>>;

    async fn run(self, call: &Call) -> Result<Sorted<Outcome<Installing>>, ApiError> {
        let request = InstallRequest {
            settings: Settings::read(self.settings)?,
            environment: Some(self.env_name),
            layer: self.node_group.map(|layer| layer.0),
            ..InstallRequest::default()
        };
        let (caller, client) = (&call.caller, &call.client);
        let installed = call.keyrack.marketplace.install_app(caller, client, &self.id, true, request).await?;
        Ok(Outcome::of(installed, Installing::Install, caller.role))
    }
}
