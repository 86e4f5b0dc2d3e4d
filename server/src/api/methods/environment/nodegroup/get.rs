//! A layer.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde_json::json;

use super::super::bean::layer;
use super::super::control::{ENV_NAME, LAYER};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "environment.nodegroup.Get",
    summary: "Tells what is known of a layer, with what clients keep with it.",
    params: &[ENV_NAME, LAYER],
    answer: r#"{"result":0,"object":{"name":"cp","displayName":"Front","owner":"web"}}"#,
    codes: &[Code::NotFound, Code::NoEnvironment],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let (name, group) = (call.params.text("envName")?, call.params.text("nodeGroup")?);
    let found = call.keyrack.environments.read_layer(&call.caller, &call.client, name, group).await?;
    let mut object = layer(&found);
    for (key, value) in &found.data {
        // What is so cannot be told otherwise.
        if object.get(key).is_none_or(|known| known.is_null()) {
            object[key] = value.clone();
        }
    }
    Answer::object(json!({ "object": object }))
}
