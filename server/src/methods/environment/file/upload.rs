//! Sending a file to a node.

use keyrack_domain::environments::FileSource;
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

/// Puts a file into nodes: the one that comes with the call as the part `file` of a multipart form, or one that was
/// uploaded before.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Upload {
    env_name: EnvName,
    /// Where it goes, from the folder of the node on; one that ends with `/` is a folder.
    #[schemars(example = &"/www/logo.png")]
    dest_path: String,
    /// Without a file in the call: the address that storage.uploader.Upload answered as `file`. Nothing is fetched
    /// from elsewhere.
    #[schemars(example = &"http://127.0.0.1:8080/deploy/archives/0123456789abcdef0123456789abcdef/logo.png", extend("x-shown" = true))]
    source_path: Option<String>,
    /// Whether it replaces what is there; yes when absent.
    #[schemars(example = false)]
    overwrite: Option<bool>,
    node_id: Option<Node>,
    node_group: Option<Layer>,
    node_type: Option<NodeType>,
    #[serde(default)]
    master_only: MasterOnly,
}

impl Method for Upload {
    const NAME: &str = "environment.file.Upload";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NotPermitted, Code::NoEnvironment, Code::Limit];
    const TAKES_FILE: bool = true;
    type Answer = Responses;

    async fn run(self, call: &Call) -> Result<Responses, ApiError> {
        let source = match &call.file {
            Some(file) => FileSource::Received(file),
            None => FileSource::Address(self.source_path.as_deref().ok_or(ApiError::Missing("sourcePath"))?),
        };
        let location = change(&self.env_name, self.node_id, self.node_group, self.node_type, self.master_only);
        let (path, overwrite) = (&self.dest_path, self.overwrite.unwrap_or(true));
        let environments = &call.keyrack.environments;
        let done = environments.upload_file(&call.caller, &call.client, &location, source, path, overwrite).await?;
        Ok(Responses::of(done))
    }
}
