//! The marked paths.

use keyrack_domain::environments::{self, NodeChoice};
use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::params::EnvName;
use super::location::{Layer, Node, look};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists the marked paths of a node, of a layer, or of the whole environment.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetFavorites {
    env_name: EnvName,
    node_id: Option<Node>,
    node_group: Option<Layer>,
}

/// Marked paths.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "FileFavorites")]
pub struct Favorites {
    favorites: Vec<Favorite>,
}

/// A marked path.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "FileFavorite")]
struct Favorite {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"*.html")]
    filter: Option<String>,
    /// Whether it is a folder.
    #[schemars(example = true)]
    is_dir: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"web")]
    keyword: Option<String>,
    #[schemars(example = 1)]
    nodeid: i64,
    #[schemars(example = &"/www")]
    path: String,
}

impl From<environments::Favorite> for Favorite {
    fn from(favorite: environments::Favorite) -> Favorite {
        Favorite {
            filter: favorite.filter,
            is_dir: favorite.folder,
            keyword: favorite.keyword,
            nodeid: favorite.node.0,
            path: favorite.path,
        }
    }
}

impl Method for GetFavorites {
    const NAME: &str = "environment.file.GetFavorites";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::NotFound, Code::NoEnvironment];
    type Answer = Favorites;

    async fn run(self, call: &Call) -> Result<Favorites, ApiError> {
        let mut location = look(&self.env_name, self.node_id, self.node_group);
        if location.choice == NodeChoice::Only {
            location.choice = NodeChoice::All;
        }
        let favorites = call.keyrack.environments.favorites(&call.caller, &location).await?;
        Ok(Favorites { favorites: favorites.into_iter().map(Favorite::from).collect() })
    }
}
