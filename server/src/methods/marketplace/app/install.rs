//! Installing what is in the catalogue.

use keyrack_domain::marketplace::InstallRequest;
use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::{JsonText, Sorted};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::STEP_CODES;
use super::super::outcome::{Installing, Outcome};
use super::super::params::{AnyOwner, AppId, DisplayName, EnvGroups, NewEnvName, Region, Settings, SkipEmails};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Installs an app: makes its environment or changes one, and carries out its steps; answers at their end.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Install {
    id: AppId,
    settings: Option<Settings>,
    env_name: Option<NewEnvName>,
    #[serde(default)]
    env_groups: EnvGroups,
    display_name: Option<DisplayName>,
    region: Option<Region>,
    /// In the place of the manifest's nodes: a JSON list, as CreateEnvironment has it.
    #[schemars(example = &r#"[{"nodeGroup":"cp","docker":{"image":"keyrack/web:latest"}}]"#)]
    nodes: Option<JsonText>,
    /// Accepted for compatibility: nodes always replace those of the manifest.
    #[schemars(example = true)]
    _override_nodes: Option<bool>,
    _skip_email: Option<SkipEmails>,
    _skip_node_emails: Option<SkipEmails>,
    _owner_uid: Option<AnyOwner>,
}

impl Method for Install {
    const NAME: &str = "marketplace.app.Install";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::Marketplace];
    const CODES: &[Code] = STEP_CODES;
    type Answer = Sorted<Outcome<Installing>>;

    async fn run(self, call: &Call) -> Result<Sorted<Outcome<Installing>>, ApiError> {
        let request = InstallRequest {
            settings: Settings::read(self.settings)?,
            groups: self.env_groups.0,
            environment: self.env_name.map(|name| name.0),
            display_name: self.display_name.map(|name| name.0),
            region: self.region.map(|region| region.0),
            nodes: self.nodes.as_deref().map(str::to_owned),
            ..InstallRequest::default()
        };
        let (caller, client) = (&call.caller, &call.client);
        let installed = call.keyrack.marketplace.install_app(caller, client, &self.id.0, false, request).await?;
        Ok(Outcome::of(installed, Installing::Install, caller.role))
    }
}
