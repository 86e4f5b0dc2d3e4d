//! The tags that a node can run.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, NodeId};
use super::image::{Tags, template_of_node};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists the tags of the image of a node.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetContainerNodeTags {
    env_name: EnvName,
    node_id: NodeId,
}

impl Method for GetContainerNodeTags {
    const NAME: &str = "environment.control.GetContainerNodeTags";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::NotFound, Code::NoEnvironment];
    type Answer = Tags;

    async fn run(self, call: &Call) -> Result<Tags, ApiError> {
        let (_, template) = template_of_node(call, &self.env_name, self.node_id).await?;
        Ok(Tags { object: template.tags })
    }
}
