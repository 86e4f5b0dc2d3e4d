//! What is in a folder.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::params::EnvName;
use super::bean::{ListedFile, is_meant};
use super::location::{Layer, Node, NodeType, look_by_type};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists a folder of a node, folders first.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetList {
    env_name: EnvName,
    /// The folder, from the folder of the node on; that itself when absent.
    #[schemars(example = &"/www")]
    path: Option<String>,
    /// Only names that hold this text; `*` stands for anything.
    #[schemars(example = &"*.html")]
    filter: Option<String>,
    node_id: Option<Node>,
    node_group: Option<Layer>,
    node_type: Option<NodeType>,
}

/// What is in a folder.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "FileList")]
pub struct Files {
    #[schemars(example = &"/")]
    core_root_path: &'static str,
    object: Vec<ListedFile>,
    /// The folder, as it was asked for.
    #[schemars(example = &"/www")]
    path: String,
}

impl Method for GetList {
    const NAME: &str = "environment.file.GetList";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NotPermitted, Code::NoEnvironment, Code::Limit];
    type Answer = Files;

    async fn run(self, call: &Call) -> Result<Files, ApiError> {
        let location = look_by_type(&self.env_name, self.node_id, self.node_group, self.node_type);
        let (path, filter) = (self.path.unwrap_or_else(|| "/".to_owned()), self.filter.as_deref());
        let entries = call.keyrack.environments.list_files(&call.caller, &location, &path).await?;
        let object = entries.into_iter().filter(|entry| is_meant(entry, filter)).map(ListedFile::from).collect();
        Ok(Files { core_root_path: "/", object, path })
    }
}
