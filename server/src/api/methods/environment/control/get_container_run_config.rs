//! What a node runs, as a whole.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde_json::json;

use super::{ENV_NAME, NODE_ID, node};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "environment.control.GetContainerRunConfig",
    summary: "Reads what a node runs: image, command, entry point, variables, port, memory.",
    params: &[ENV_NAME, NODE_ID],
    answer: r#"{"result":0,"object":{"image":"keyrack/web","tag":"latest","cmd":"","entryPoint":"","env":{"GREETING":"hello"},"port":31000,"memory":536870912}}"#,
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
    let name = params.text("envName")?;
    let nodes = call.keyrack.environments.read_configuration(&call.caller, &call.client, name, &node(params)?).await?;
    let config = nodes.first().map(|node| {
        json!({
            "image": node.image.name,
            "tag": node.image.tag,
            "cmd": node.facts.command.as_deref().unwrap_or_default(),
            "entryPoint": node.facts.entry_point.as_deref().unwrap_or_default(),
            "env": node.facts.variables,
            "port": node.port,
            "memory": node.spec(name).memory,
        })
    });
    Answer::object(json!({ "object": config }))
}
