//! The layers of an environment.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::layer::Layer;
use super::super::params::EnvName;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists the layers of an environment.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetNodeGroups {
    env_name: EnvName,
}

/// The layers of an environment.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Layers {
    object: Vec<Layer>,
}

impl Method for GetNodeGroups {
    const NAME: &str = "environment.control.GetNodeGroups";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::NoEnvironment];
    type Answer = Layers;

    async fn run(self, call: &Call) -> Result<Layers, ApiError> {
        let environment = call.keyrack.environments.get(&call.caller, &self.env_name).await?;
        Ok(Layers { object: environment.layers.into_iter().map(Layer::from).collect() })
    }
}
