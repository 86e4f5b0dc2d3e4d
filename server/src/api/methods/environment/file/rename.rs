//! Moving a file or a folder.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::bean::responses;
use super::{ENV_NAME, MASTER_ONLY, NODE_GROUP, NODE_ID, NODE_TYPE, change};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.file.Rename",
    summary: "Moves a file or a folder within a node; what has the new name already is not replaced.",
    params: &[
        ENV_NAME,
        Param::required("oldPath", Kind::Text, "The old place.", "/www/index.html"),
        Param::required("newPath", Kind::Text, "The new place.", "/www/home.html"),
        NODE_ID,
        NODE_GROUP,
        NODE_TYPE,
        MASTER_ONLY,
    ],
    answer: r#"{"result":0,"responses":[{"result":0,"nodeid":1,"out":"","errOut":""}]}"#,
    codes: &[Code::Forbidden, Code::NotFound, Code::NotPermitted, Code::NoEnvironment, Code::Limit],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let (from, to) = (call.params.text("oldPath")?, call.params.text("newPath")?);
    let nodes =
        call.keyrack.environments.rename_file(&call.caller, &call.client, &change(&call.params)?, from, to).await?;
    Answer::object(responses(&nodes))
}
