//! Other nodes.

use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::{JsonText, platform};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::info::InfoResponse;
use super::super::params::EnvName;
use super::until_settled;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Gives an environment other nodes: layers come and go, are scaled, and run other images.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeTopology {
    env_name: EnvName,
    /// The environment: displayName, ishaenabled, sslstate; what is not said stays.
    #[schemars(example = r#"{"ishaenabled":false}"#)]
    env: JsonText,
    /// All layers, as in CreateEnvironment; what is not said of one that is there stays.
    #[schemars(example = r#"[{"nodeGroup":"cp","count":2}]"#)]
    nodes: JsonText,
    /// Accepted for compatibility.
    #[schemars(example = &"redeploy;1")]
    _actionkey: Option<String>,
}

impl Method for ChangeTopology {
    const NAME: &str = "environment.control.ChangeTopology";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::Forbidden, Code::NoEnvironment, Code::WrongState, Code::Limit];
    type Answer = InfoResponse;

    async fn run(self, call: &Call) -> Result<InfoResponse, ApiError> {
        let environments = &call.keyrack.environments;
        let (name, change) = (&self.env_name, platform::change(&self.env, &self.nodes)?);
        until_settled(environments.change_topology(&call.caller, &call.client, name, change).await?).await?;
        Ok(InfoResponse::of(environments.get(&call.caller, name).await?, call.caller.role))
    }
}
