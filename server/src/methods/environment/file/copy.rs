//! Copying a file or a folder.

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

/// Copies a file, or a folder with all in it, within a node; into the target when that is a folder.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Copy {
    env_name: EnvName,
    /// What to copy.
    #[schemars(example = &"/www/index.html")]
    src: String,
    /// Where to.
    #[schemars(example = &"/www/old.html")]
    dest: String,
    node_id: Option<Node>,
    node_group: Option<Layer>,
    node_type: Option<NodeType>,
    #[serde(default)]
    master_only: MasterOnly,
}

impl Method for Copy {
    const NAME: &str = "environment.file.Copy";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NotPermitted, Code::NoEnvironment, Code::Limit];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let location = change(&self.env_name, self.node_id, self.node_group, self.node_type, self.master_only);
        call.keyrack.environments.copy_file(&call.caller, &call.client, &location, &self.src, &self.dest).await?;
        Ok(Done {})
    }
}
