//! What clients keep with an environment.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde_json::json;

use super::ENV_NAME;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.GetEnvProperty",
    summary: "Reads values that are kept with an environment.",
    params: &[ENV_NAME, Param::optional("propertyKeys", Kind::List, "Only those with these names.", "owner")],
    answer: r#"{"result":0,"object":{"owner":"ada"}}"#,
    codes: &[Code::NoEnvironment],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let (name, keys) = (call.params.text("envName")?, call.params.list("propertyKeys"));
    Answer::object(
        json!({ "object": call.keyrack.environments.read_properties(&call.caller, &call.client, name, &keys).await? }),
    )
}
