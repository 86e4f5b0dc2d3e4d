//! Volumes.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde_json::json;

use super::{ENV_NAME, NODE_ID, node};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "environment.control.GetContainerVolumesById",
    summary: "Lists the volumes of a node.",
    params: &[ENV_NAME, NODE_ID],
    answer: r#"{"result":0,"object":["/data"]}"#,
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
    let nodes =
        call.keyrack.environments.configured_nodes(&call.caller, params.text("envName")?, &node(params)?).await?;
    Answer::object(json!({ "object": nodes.first().map(|node| &node.facts.volumes) }))
}
