//! The logs of a node.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

use super::super::bean::log_file;
use super::{ENV_NAME, NODE_ID};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.GetLogs",
    summary: "Lists the logs of a node.",
    params: &[
        ENV_NAME,
        NODE_ID,
        Param::optional("path", Kind::Text, "Accepted for compatibility; a node's logs lie in one folder.", "/"),
    ],
    answer: r#"{"result":0,"coreRootPath":"/","directoryPathList":["/"],"keywords":{"/":[{"name":"output.log","path":"output.log","size":120,"lastModified":"2026-11-24 10:00:00"}]}}"#,
    codes: &[Code::NotFound, Code::NoEnvironment],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let (name, node) = (call.params.text("envName")?, call.params.number("nodeId")?);
    let logs = call.keyrack.environments.node_logs(&call.caller, name, node).await?;
    let files: Vec<_> = logs.iter().map(log_file).collect();
    Answer::object(json!({ "coreRootPath": "/", "directoryPathList": ["/"], "keywords": { "/": files } }))
}
