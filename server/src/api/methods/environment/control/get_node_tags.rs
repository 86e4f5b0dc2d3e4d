//! The tags that a node can run.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde_json::json;

use super::{ENV_NAME, NODE_ID, template_of_node};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "environment.control.GetNodeTags",
    summary: "Lists the tags of the image of a node, and which of them it runs.",
    params: &[ENV_NAME, NODE_ID],
    answer: r#"{"result":0,"array":[{"name":"latest","image":"keyrack/web","current":true}]}"#,
    codes: &[Code::NotFound, Code::NoEnvironment],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let (current, template) = template_of_node(&call).await?;
    let tags: Vec<_> = template
        .tags
        .iter()
        .map(|tag| json!({ "name": tag, "image": template.name, "current": *tag == current.tag }))
        .collect();
    Answer::object(json!({ "array": tags }))
}
