//! The tags that a node can run.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

use super::{ENV_NAME, NODE_ID, template_of_node};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "environment.control.GetContainerNodeTags",
    summary: "Lists the tags of the image of a node.",
    params: &[ENV_NAME, NODE_ID],
    answer: r#"{"result":0,"object":["1","2","latest"]}"#,
    codes: &[Code::NotFound, Code::NoEnvironment],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let (_, template) = template_of_node(&call).await?;
    Answer::object(json!({ "object": template.tags }))
}
