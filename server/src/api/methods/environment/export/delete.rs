//! Removing a manifest.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use super::{ENV_NAME, ID};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "environment.export.Delete",
    summary: "Deletes an export; the environment stays as it is.",
    params: &[ENV_NAME, ID],
    answer: r#"{"result":0}"#,
    codes: &[Code::Forbidden, Code::NotFound, Code::NoEnvironment],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let (name, id) = (call.params.text("envName")?, call.params.number("id")?);
    call.keyrack.environments.delete_export(&call.caller, &call.client, name, id).await?;
    Ok(Answer::done())
}
