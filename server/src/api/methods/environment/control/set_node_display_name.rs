//! What people call a node.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use super::{ENV_NAME, NODE_ID};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.SetNodeDisplayName",
    summary: "Gives a node the name that people see.",
    params: &[
        ENV_NAME,
        NODE_ID,
        Param::optional("displayName", Kind::Text, "At most 100 characters; nothing takes it back.", "Front"),
    ],
    answer: r#"{"result":0}"#,
    codes: &[Code::NotFound, Code::NoEnvironment],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let (name, node) = (params.text("envName")?, params.number("nodeId")?);
    let display = params.opt_text("displayName")?.unwrap_or_default();
    call.keyrack.environments.set_node_display_name(&call.caller, &call.client, name, node, display).await?;
    Ok(Answer::done())
}
