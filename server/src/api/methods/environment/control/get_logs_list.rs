//! The logs of a node, the current ones apart.

use keyrack_domain::engine::{CURRENT_LOG, LogFile};
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
    name: "environment.control.GetLogsList",
    summary: "Lists the logs of a node, those that were turned over apart.",
    params: &[
        ENV_NAME,
        NODE_ID,
        Param::optional("path", Kind::Text, "Accepted for compatibility; a node's logs lie in one folder.", "/"),
    ],
    answer: r#"{"result":0,"path":"/","directories":{"/":[{"name":"output.log","path":"output.log","size":120,"lastModified":"2026-11-24 10:00:00"}]},"groups":{},"rotatedLogs":{}}"#,
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
    let (current, rotated): (Vec<_>, Vec<_>) = logs.iter().partition(|log| log.path == CURRENT_LOG);
    let files = |logs: Vec<&LogFile>| logs.into_iter().map(log_file).collect::<Vec<_>>();
    let rotated = files(rotated);
    let rotated = if rotated.is_empty() { json!({}) } else { json!({ CURRENT_LOG: rotated }) };
    Answer::object(json!({ "path": "/", "directories": { "/": files(current) }, "groups": {}, "rotatedLogs": rotated }))
}
