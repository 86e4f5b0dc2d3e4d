//! Adding to a file.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::{ENV_NAME, MASTER_ONLY, NODE_GROUP, NODE_ID, NODE_TYPE, change};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.file.Append",
    summary: "Adds a text to the end of a file, which is made when it is not there.",
    params: &[
        ENV_NAME,
        Param::required("path", Kind::Text, "The file, from the folder of the node on.", "/www/index.html"),
        Param::optional("body", Kind::Text, "What is written; nothing when absent.", "hello"),
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
    let params = &call.params;
    let (path, body) = (params.text("path")?, params.opt_text("body")?.unwrap_or_default());
    call.keyrack.environments.write_file(&call.caller, &call.client, &change(params)?, path, body, true).await?;
    Ok(Answer::done())
}
