//! Reading a file.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::params::EnvName;
use super::location::{Layer, Node, NodeType, look_by_type};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Reads a file of a node; of a layer, that of its first node.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Read {
    env_name: EnvName,
    /// The file, from the folder of the node on.
    #[schemars(example = &"/www/index.html")]
    path: String,
    node_id: Option<Node>,
    node_group: Option<Layer>,
    node_type: Option<NodeType>,
}

/// What is in a file.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "FileContent")]
pub struct Content {
    #[schemars(example = &"<h1>hello</h1>")]
    body: String,
}

impl Method for Read {
    const NAME: &str = "environment.file.Read";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NotPermitted, Code::NoEnvironment, Code::Limit];
    type Answer = Content;

    async fn run(self, call: &Call) -> Result<Content, ApiError> {
        let location = look_by_type(&self.env_name, self.node_id, self.node_group, self.node_type);
        let body = call.keyrack.environments.read_file(&call.caller, &call.client, &location, &self.path).await?;
        Ok(Content { body })
    }
}
