//! Making a file or a folder.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::{ENV_NAME, MASTER_ONLY, NODE_GROUP, NODE_ID, NODE_TYPE, change};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.file.Create",
    summary: "Makes an empty file or a folder, with the folders on the way to it.",
    params: &[
        ENV_NAME,
        Param::required("path", Kind::Text, "The file or folder, from the folder of the node on.", "/www/img"),
        Param::optional("isdir", Kind::YesNo, "Whether it is to be a folder.", "true"),
        NODE_ID,
        NODE_GROUP,
        NODE_TYPE,
        MASTER_ONLY,
    ],
    answer: r#"{"result":0}"#,
    codes: &[Code::Forbidden, Code::NotFound, Code::NotPermitted, Code::NoEnvironment, Code::Limit],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let (path, folder) = (call.params.text("path")?, call.params.yes("isdir")?);
    call.keyrack.environments.create_file(&call.caller, &call.client, &change(&call.params)?, path, folder).await?;
    Ok(Answer::done())
}
