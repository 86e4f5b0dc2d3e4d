//! Marking a path.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::{ENV_NAME, NODE_GROUP, NODE_ID, look};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.file.AddFavorite",
    summary: "Marks a path of a node, or of all nodes of a layer, to come back to it.",
    params: &[
        ENV_NAME,
        Param::required("path", Kind::Text, "The file or folder, from the folder of the node on.", "/www"),
        NODE_ID,
        NODE_GROUP,
        Param::optional("isDir", Kind::YesNo, "Whether it is a folder.", "true"),
        Param::optional("keyword", Kind::Text, "A word of your own for it.", "web"),
        Param::optional("filter", Kind::Text, "A filter of your own for it.", "*.html"),
    ],
    answer: r#"{"result":0}"#,
    codes: &[Code::NotFound, Code::NoEnvironment, Code::Limit],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let (path, folder) = (params.text("path")?, params.yes("isDir")?);
    let words = (params.opt_text("keyword")?, params.opt_text("filter")?);
    call.keyrack.environments.add_favorite(&call.caller, &call.client, &look(params)?, path, folder, words).await?;
    Ok(Answer::done())
}
