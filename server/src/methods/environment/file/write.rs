//! Writing a file.

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

/// Writes a file, with the folders on the way to it, and replaces what was in it.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Write {
    env_name: EnvName,
    /// The file, from the folder of the node on.
    #[schemars(example = &"/www/index.html")]
    path: String,
    /// What is written; nothing when absent.
    #[schemars(example = &"hello")]
    body: Option<String>,
    /// Whether it is added to the end instead.
    #[serde(default)]
    #[schemars(example = false)]
    is_append_mode: bool,
    node_id: Option<Node>,
    node_group: Option<Layer>,
    node_type: Option<NodeType>,
    #[serde(default)]
    master_only: MasterOnly,
}

impl Method for Write {
    const NAME: &str = "environment.file.Write";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NotPermitted, Code::NoEnvironment, Code::Limit];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let location = change(&self.env_name, self.node_id, self.node_group, self.node_type, self.master_only);
        let (path, body) = (&self.path, self.body.as_deref().unwrap_or_default());
        let environments = &call.keyrack.environments;
        environments.write_file(&call.caller, &call.client, &location, path, body, self.is_append_mode).await?;
        Ok(Done {})
    }
}
