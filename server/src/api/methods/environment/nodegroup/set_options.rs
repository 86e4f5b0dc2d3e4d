//! What clients keep with a layer.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use super::super::control::{ENV_NAME, LAYER};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.nodegroup.SetOptions",
    summary: "Sets options that clients keep with a layer; `null` takes one out.",
    params: &[ENV_NAME, LAYER, Param::required("options", Kind::Json, "A JSON object.", r#"{"owner":"web"}"#)],
    answer: r#"{"result":0}"#,
    codes: &[Code::NotFound, Code::NoEnvironment, Code::Limit],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let (name, group) = (params.text("envName")?, params.text("nodeGroup")?);
    let data = ("options", params.text("options")?);
    call.keyrack.environments.apply_layer_data(&call.caller, &call.client, name, group, data).await?;
    Ok(Answer::done())
}
