//! Making a file or a folder.

use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::Done;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::EnvName;
use super::location::{Layer, MasterOnly, Node, NodeType, change};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Makes an empty file or a folder, with the folders on the way to it.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Create {
    env_name: EnvName,
    /// The file or folder, from the folder of the node on.
    #[schemars(example = &"/www/img")]
    path: String,
    /// Whether it is to be a folder.
    #[serde(default)]
    #[schemars(example = true)]
    isdir: bool,
    node_id: Option<Node>,
    node_group: Option<Layer>,
    node_type: Option<NodeType>,
    #[serde(default)]
    master_only: MasterOnly,
}

impl Method for Create {
    const NAME: &str = "environment.file.Create";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NotPermitted, Code::NoEnvironment, Code::Limit];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let location = change(&self.env_name, self.node_id, self.node_group, self.node_type, self.master_only);
        call.keyrack.environments.create_file(&call.caller, &call.client, &location, &self.path, self.isdir).await?;
        Ok(Done {})
    }
}
