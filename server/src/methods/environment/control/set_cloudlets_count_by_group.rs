//! How much memory nodes may take.

use keyrack_domain::environments::NodeChoice;
use keyrack_wire::Done;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, LayerName};
use super::values::{FixedCloudlets, FlexibleCloudlets};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Sets the cloudlets of all nodes of a layer: how much memory each process may take, from the next start on.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetCloudletsCountByGroup {
    env_name: EnvName,
    node_group: LayerName,
    fixed_cloudlets: FixedCloudlets,
    flexible_cloudlets: FlexibleCloudlets,
    /// Accepted for compatibility.
    #[schemars(example = 1)]
    _count: Option<i64>,
}

impl Method for SetCloudletsCountByGroup {
    const NAME: &str = "environment.control.SetCloudletsCountByGroup";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NoEnvironment];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let (name, choice) = (&self.env_name, NodeChoice::Group(self.node_group.0));
        let cloudlets = (self.fixed_cloudlets.0, self.flexible_cloudlets.0);
        call.keyrack.environments.set_cloudlets(&call.caller, &call.client, name, &choice, cloudlets).await?;
        Ok(Done {})
    }
}
