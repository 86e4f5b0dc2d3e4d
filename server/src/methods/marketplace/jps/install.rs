//! Installing a manifest that comes with the call.

use keyrack_domain::marketplace::InstallRequest;
use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::Sorted;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::STEP_CODES;
use super::super::outcome::{Installing, Outcome};
use super::super::params::{
    AnyOwner, DisplayName, EnvGroups, ManifestText, NewEnvName, Region, Settings, SkipEmails, StepLayer,
};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Installs a manifest: makes its environment or changes one, and carries out its steps; answers at their end.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Install {
    /// The manifest, as YAML or JSON (docs/marketplace.md says what it may hold); its text, no address.
    jps: ManifestText,
    settings: Option<Settings>,
    env_name: Option<NewEnvName>,
    #[serde(default)]
    env_groups: EnvGroups,
    display_name: Option<DisplayName>,
    region: Option<Region>,
    node_group: Option<StepLayer>,
    _skip_node_emails: Option<SkipEmails>,
    /// Accepted for compatibility: what is logged goes to the console.
    #[schemars(example = &"/tmp/log")]
    _logs_path: Option<String>,
    /// Accepted for compatibility.
    #[schemars(example = &"install")]
    _logger_name: Option<String>,
    /// Accepted for compatibility.
    #[schemars(example = false)]
    _write_output_tasks: Option<bool>,
    _owner_uid: Option<AnyOwner>,
}

impl Method for Install {
    const NAME: &str = "marketplace.jps.Install";
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
            layer: self.node_group.map(|layer| layer.0),
            ..InstallRequest::default()
        };
        let caller = &call.caller;
        let installed = call.keyrack.marketplace.install(caller, &call.client, &self.jps.0, request).await?;
        Ok(Outcome::of(installed, Installing::Install, caller.role))
    }
}
