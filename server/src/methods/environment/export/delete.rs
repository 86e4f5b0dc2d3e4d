//! Removing a manifest.

use keyrack_wire::Done;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::EnvName;
use super::ExportId;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Deletes an export; the environment stays as it is.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Delete {
    env_name: EnvName,
    id: ExportId,
}

impl Method for Delete {
    const NAME: &str = "environment.export.Delete";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NoEnvironment];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        call.keyrack.environments.delete_export(&call.caller, &call.client, &self.env_name, self.id.0).await?;
        Ok(Done {})
    }
}
