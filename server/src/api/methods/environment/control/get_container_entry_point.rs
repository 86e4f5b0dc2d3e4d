//! What a node runs.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde_json::json;

use super::{ENV_NAME, NODE_ID, node};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "environment.control.GetContainerEntryPoint",
    summary: "Reads what stands before the command of a node; empty when none was set.",
    params: &[ENV_NAME, NODE_ID],
    answer: r#"{"result":0,"object":"sleep 60"}"#,
    codes: &[Code::Forbidden, Code::NotFound, Code::NoEnvironment],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let nodes = call
        .keyrack
        .environments
        .read_configuration(&call.caller, &call.client, params.text("envName")?, &node(params)?)
        .await?;
    let set = nodes.first().and_then(|node| node.facts.entry_point.as_deref());
    Answer::object(json!({ "object": set.unwrap_or_default() }))
}
