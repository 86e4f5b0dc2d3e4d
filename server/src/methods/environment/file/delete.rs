//! Removing a file or a folder.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::EnvName;
use super::bean::Responses;
use super::location::{Layer, MasterOnly, Node, NodeType, change};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Removes a file, or a folder with all in it.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Delete {
    env_name: EnvName,
    /// The file or folder, from the folder of the node on.
    #[schemars(example = &"/www/old.html")]
    path: String,
    node_id: Option<Node>,
    node_group: Option<Layer>,
    node_type: Option<NodeType>,
    #[serde(default)]
    master_only: MasterOnly,
}

impl Method for Delete {
    const NAME: &str = "environment.file.Delete";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NotPermitted, Code::NoEnvironment, Code::Limit];
    type Answer = Responses;

    async fn run(self, call: &Call) -> Result<Responses, ApiError> {
        let location = change(&self.env_name, self.node_id, self.node_group, self.node_type, self.master_only);
        let nodes = call.keyrack.environments.delete_file(&call.caller, &call.client, &location, &self.path).await?;
        Ok(Responses::of(nodes))
    }
}
