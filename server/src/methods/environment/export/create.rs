//! Keeping a manifest.

use keyrack_domain::Error;
use keyrack_wire::{Json, Object, platform};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::super::params::EnvName;
use super::Export;
use super::form::exported;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Keeps a manifest of an environment as it is now: layers, nodes, variables, volumes, names, groups and properties,
/// without files.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Create {
    /// The environment; it may be in `settings` instead.
    #[schemars(extend("x-shown" = true))]
    env_name: Option<EnvName>,
    /// An object with `envName`.
    #[schemars(example = &r#"{"envName":"my-project"}"#)]
    settings: Option<Json<Value>>,
}

impl Method for Create {
    const NAME: &str = "environment.export.Create";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::Parameter, Code::Forbidden, Code::NoEnvironment, Code::Limit];
    type Answer = Object<Export>;

    async fn run(self, call: &Call) -> Result<Object<Export>, ApiError> {
        let inside = self.settings.as_ref().and_then(|settings| settings.0.get("envName")?.as_str());
        let name = self.env_name.as_deref().or(inside).ok_or(ApiError::Missing("envName"))?;
        let description = call.keyrack.environments.describe(&call.caller, name).await?;
        let manifest = platform::write_export(&exported(description)).map_err(Error::internal)?;
        let kept = call.keyrack.environments.export(&call.caller, &call.client, name, &manifest).await?;
        Ok(Object { object: kept.into() })
    }
}
