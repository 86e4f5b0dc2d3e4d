//! The layers of an environment.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde_json::json;

use super::super::bean::layer;
use super::ENV_NAME;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "environment.control.GetNodeGroups",
    summary: "Lists the layers of an environment.",
    params: &[ENV_NAME],
    answer: r#"{"result":0,"object":[{"name":"cp","displayName":"Front"}]}"#,
    codes: &[Code::NoEnvironment],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let environment = call.keyrack.environments.get(&call.caller, call.params.text("envName")?).await?;
    Answer::object(json!({ "object": environment.layers.iter().map(layer).collect::<Vec<_>>() }))
}
