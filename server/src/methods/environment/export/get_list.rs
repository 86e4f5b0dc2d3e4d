//! The manifests that were kept.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::params::EnvName;
use super::Export;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists the exports of an environment, the oldest first.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetList {
    env_name: EnvName,
}

/// Manifests that are kept.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Exports {
    array: Vec<Export>,
}

impl Method for GetList {
    const NAME: &str = "environment.export.GetList";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::NoEnvironment];
    type Answer = Exports;

    async fn run(self, call: &Call) -> Result<Exports, ApiError> {
        let exports = call.keyrack.environments.exports(&call.caller, &self.env_name).await?;
        Ok(Exports { array: exports.into_iter().map(Export::from).collect() })
    }
}
