//! Removing a file or a folder.

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
    name: "environment.file.Delete",
    summary: "Removes a file, or a folder with all in it.",
    params: &[
        ENV_NAME,
        Param::required("path", Kind::Text, "The file or folder, from the folder of the node on.", "/www/old.html"),
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
    let path = call.params.text("path")?;
    let nodes = call.keyrack.environments.delete_file(&call.caller, &call.client, &change(&call.params)?, path).await?;
    Answer::object(responses(&nodes))
}
