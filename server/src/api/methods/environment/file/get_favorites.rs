//! The marked paths.

use keyrack_domain::environments::NodeChoice;
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

use super::{ENV_NAME, NODE_GROUP, NODE_ID, look};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "environment.file.GetFavorites",
    summary: "Lists the marked paths of a node, of a layer, or of the whole environment.",
    params: &[ENV_NAME, NODE_ID, NODE_GROUP],
    answer: r#"{"result":0,"favorites":[{"nodeid":1,"path":"/www","isDir":true,"keyword":"web","filter":"*.html"}]}"#,
    codes: &[Code::NotFound, Code::NoEnvironment],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let mut place = look(&call.params)?;
    if place.choice == NodeChoice::Only {
        place.choice = NodeChoice::All;
    }
    let favorites = call.keyrack.environments.favorites(&call.caller, &place).await?;
    let favorites: Vec<_> = favorites
        .iter()
        .map(|favorite| {
            json!({
                "nodeid": favorite.node,
                "path": favorite.path,
                "isDir": favorite.folder,
                "keyword": favorite.keyword,
                "filter": favorite.filter,
            })
        })
        .collect();
    Answer::object(json!({ "favorites": favorites }))
}
