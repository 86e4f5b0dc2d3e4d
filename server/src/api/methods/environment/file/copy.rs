//! Copying a file or a folder.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::{ENV_NAME, MASTER_ONLY, NODE_GROUP, NODE_ID, NODE_TYPE, change};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.file.Copy",
    summary: "Copies a file, or a folder with all in it, within a node; into the target when that is a folder.",
    params: &[
        ENV_NAME,
        Param::required("src", Kind::Text, "What to copy.", "/www/index.html"),
        Param::required("dest", Kind::Text, "Where to.", "/www/old.html"),
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
    let (from, to) = (call.params.text("src")?, call.params.text("dest")?);
    call.keyrack.environments.copy_file(&call.caller, &call.client, &change(&call.params)?, from, to).await?;
    Ok(Answer::done())
}
