//! What clients keep with an environment.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use super::ENV_NAME;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.RemoveEnvProperty",
    summary: "Forgets values that were kept with an environment.",
    params: &[
        ENV_NAME,
        Param::required("propertyKeys", Kind::List, "Their names; one that is not there is no error.", "owner"),
    ],
    answer: r#"{"result":0}"#,
    codes: &[Code::NoEnvironment],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let (name, keys) = (call.params.text("envName")?, call.params.list("propertyKeys"));
    call.keyrack.environments.forget_properties(&call.caller, &call.client, name, &keys).await?;
    Ok(Answer::done())
}
