//! The manifests that were kept.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde_json::json;

use super::{ENV_NAME, export};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "environment.export.GetList",
    summary: "Lists the exports of an environment, the oldest first.",
    params: &[ENV_NAME],
    answer: r#"{"result":0,"array":[{"id":1,"size":312,"createdOn":"2026-11-24 10:00:00"}]}"#,
    codes: &[Code::NoEnvironment],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let exports = call.keyrack.environments.exports(&call.caller, call.params.text("envName")?).await?;
    Answer::object(json!({ "array": exports.iter().map(export).collect::<Vec<_>>() }))
}
