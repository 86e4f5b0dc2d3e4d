//! Reading a file.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

use super::{ENV_NAME, NODE_GROUP, NODE_ID, NODE_TYPE, look_by_type};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.file.Read",
    summary: "Reads a file of a node; of a layer, that of its first node.",
    params: &[
        ENV_NAME,
        Param::required("path", Kind::Text, "The file, from the folder of the node on.", "/www/index.html"),
        NODE_ID,
        NODE_GROUP,
        NODE_TYPE,
    ],
    answer: r#"{"result":0,"body":"<h1>hello</h1>"}"#,
    codes: &[Code::Forbidden, Code::NotFound, Code::NotPermitted, Code::NoEnvironment, Code::Limit],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let body = call
        .keyrack
        .environments
        .read_file(&call.caller, &call.client, &look_by_type(&call.params)?, call.params.text("path")?)
        .await?;
    Answer::object(json!({ "body": body }))
}
