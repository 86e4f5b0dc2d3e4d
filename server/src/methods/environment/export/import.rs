//! An environment from a manifest.

use keyrack_wire::{Sorted, platform};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::info::InfoWithResult;
use super::super::params::EnvName;
use super::form::described;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Creates the environment that a manifest describes and starts it. What was in files is not in manifests.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Import {
    /// The manifest as GetManifest gives it, YAML or JSON.
    #[schemars(example = &r#"{"keyrack":1,"env":{"shortdomain":"copy"},"nodes":[{"nodeGroup":"cp","image":"keyrack/web:latest"}]}"#)]
    manifest: String,
    /// Another short name for it.
    #[schemars(example = &"copy")]
    env_name: Option<EnvName>,
}

/// The environment that was made.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ImportedEnvironment")]
pub struct Imported {
    /// As GetEnvInfo answers it.
    response: Sorted<InfoWithResult>,
}

impl Method for Import {
    const NAME: &str = "environment.export.Import";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::NewEnvironment;
    const CODES: &[Code] = &[Code::Forbidden, Code::NotPermitted, Code::Limit];
    type Answer = Imported;

    async fn run(self, call: &Call) -> Result<Imported, ApiError> {
        let manifest = platform::read_export("manifest", &self.manifest, self.env_name.as_deref())?;
        let made = call.keyrack.environments.import(&call.caller, &call.client, described(manifest)).await?;
        Ok(Imported { response: Sorted(InfoWithResult::of(made, call.caller.role)) })
    }
}
