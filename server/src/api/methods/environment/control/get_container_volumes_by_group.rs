//! Volumes.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde_json::json;

use super::{ENV_NAME, LAYER, layer};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "environment.control.GetContainerVolumesByGroup",
    summary: "Lists the volumes of a layer: those of its first node.",
    params: &[ENV_NAME, LAYER],
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
        call.keyrack.environments.configured_nodes(&call.caller, params.text("envName")?, &layer(params)?).await?;
    Answer::object(json!({ "object": nodes.first().map(|node| &node.facts.volumes) }))
}
