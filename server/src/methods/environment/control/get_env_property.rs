//! What clients keep with an environment.

use keyrack_wire::AnyJson;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::params::EnvName;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Reads values that are kept with an environment.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetEnvProperty {
    env_name: EnvName,
    /// Only those with these names.
    #[serde(default)]
    #[schemars(example = &"owner")]
    property_keys: Vec<String>,
}

/// Values by name.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "EnvironmentProperties")]
pub struct Properties {
    #[schemars(example = json!({ "owner": "ada" }))]
    object: AnyJson,
}

impl Method for GetEnvProperty {
    const NAME: &str = "environment.control.GetEnvProperty";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::NoEnvironment];
    type Answer = Properties;

    async fn run(self, call: &Call) -> Result<Properties, ApiError> {
        let (name, keys) = (&self.env_name, &self.property_keys);
        let kept = call.keyrack.environments.read_properties(&call.caller, &call.client, name, keys).await?;
        Ok(Properties { object: Value::Object(kept).into() })
    }
}
