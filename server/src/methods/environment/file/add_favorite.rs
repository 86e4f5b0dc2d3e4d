//! Marking a path.

use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::Done;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::EnvName;
use super::location::{Layer, Node, look};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Marks a path of a node, or of all nodes of a layer, to come back to it.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddFavorite {
    env_name: EnvName,
    /// The file or folder, from the folder of the node on.
    #[schemars(example = &"/www")]
    path: String,
    node_id: Option<Node>,
    node_group: Option<Layer>,
    /// Whether it is a folder.
    #[serde(default)]
    #[schemars(example = true)]
    is_dir: bool,
    /// A word of your own for it.
    #[schemars(example = &"web")]
    keyword: Option<String>,
    /// A filter of your own for it.
    #[schemars(example = &"*.html")]
    filter: Option<String>,
}

impl Method for AddFavorite {
    const NAME: &str = "environment.file.AddFavorite";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::NotFound, Code::NoEnvironment, Code::Limit];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let location = look(&self.env_name, self.node_id, self.node_group);
        let words = (self.keyword.as_deref(), self.filter.as_deref());
        let environments = &call.keyrack.environments;
        environments.add_favorite(&call.caller, &call.client, &location, &self.path, self.is_dir, words).await?;
        Ok(Done {})
    }
}
