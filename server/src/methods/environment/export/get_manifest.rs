//! The text of a manifest.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::params::EnvName;
use super::ExportId;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Gives the manifest of an export, in YAML. It holds the variables of the nodes.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetManifest {
    env_name: EnvName,
    id: ExportId,
}

/// A manifest.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ExportManifest")]
pub struct Manifest {
    /// YAML.
    #[schemars(example = &r"keyrack: 1\nenv:\n  shortdomain: my-project\nnodes:\n- nodeGroup: cp\n  image: keyrack/web:latest\n  count: 1\n")]
    manifest: String,
}

impl Method for GetManifest {
    const NAME: &str = "environment.export.GetManifest";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NoEnvironment];
    type Answer = Manifest;

    async fn run(self, call: &Call) -> Result<Manifest, ApiError> {
        let (name, id) = (&self.env_name, self.id.0);
        let manifest = call.keyrack.environments.export_manifest(&call.caller, &call.client, name, id).await?;
        Ok(Manifest { manifest })
    }
}
