//! The variables of a layer.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

use super::{ENV_NAME, LAYER, layer};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "environment.control.GetContainerEnvVarsByGroup",
    summary: "Reads the variables that were set on a layer: those of its first node.",
    params: &[ENV_NAME, LAYER],
    answer: r#"{"result":0,"object":{"GREETING":"hello"}}"#,
    codes: &[Code::Forbidden, Code::NotFound, Code::NoEnvironment],
    sets: &[ApiSet::IdePlugins],
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
        .read_configuration(&call.caller, &call.client, params.text("envName")?, &layer(params)?)
        .await?;
    Answer::object(json!({ "object": nodes.first().map(|node| &node.facts.variables) }))
}
