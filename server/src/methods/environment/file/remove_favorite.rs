//! Taking a mark from a path.

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

/// Takes the mark from a path of a node, or of all nodes of a layer.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemoveFavorite {
    env_name: EnvName,
    /// The file or folder, from the folder of the node on.
    #[schemars(example = &"/www")]
    path: String,
    node_id: Option<Node>,
    node_group: Option<Layer>,
}

impl Method for RemoveFavorite {
    const NAME: &str = "environment.file.RemoveFavorite";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::NotFound, Code::NoEnvironment];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let location = look(&self.env_name, self.node_id, self.node_group);
        call.keyrack.environments.remove_favorite(&call.caller, &call.client, &location, &self.path).await?;
        Ok(Done {})
    }
}
