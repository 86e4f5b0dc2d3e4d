//! What clients keep with an environment.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use super::ENV_NAME;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.AddEnvProperty",
    summary: "Keeps values with an environment; none may be there already.",
    params: &[
        ENV_NAME,
        Param::required("properties", Kind::Json, "A JSON object: values by name.", r#"{"owner":"ada"}"#),
    ],
    answer: r#"{"result":0}"#,
    codes: &[Code::NoEnvironment, Code::Limit, Code::NotPermitted],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let (name, properties) = (call.params.text("envName")?, call.params.text("properties")?);
    call.keyrack.environments.keep_properties(&call.caller, &call.client, name, properties, false).await?;
    Ok(Answer::done())
}
