//! Taking a mark from a path.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::{ENV_NAME, NODE_GROUP, NODE_ID, look};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.file.RemoveFavorite",
    summary: "Takes the mark from a path of a node, or of all nodes of a layer.",
    params: &[
        ENV_NAME,
        Param::required("path", Kind::Text, "The file or folder, from the folder of the node on.", "/www"),
        NODE_ID,
        NODE_GROUP,
    ],
    answer: r#"{"result":0}"#,
    codes: &[Code::NotFound, Code::NoEnvironment],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let place = look(&call.params)?;
    call.keyrack.environments.remove_favorite(&call.caller, &call.client, &place, call.params.text("path")?).await?;
    Ok(Answer::done())
}
