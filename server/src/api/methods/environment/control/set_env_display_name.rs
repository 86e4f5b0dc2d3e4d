//! What people call an environment.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use super::ENV_NAME;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.SetEnvDisplayName",
    summary: "Gives an environment the name that people see.",
    params: &[
        ENV_NAME,
        Param::optional(
            "displayName",
            Kind::Text,
            "At most 100 characters; without it the short name is shown again.",
            "My project",
        ),
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
    let (name, display) = (call.params.text("envName")?, call.params.opt_text("displayName")?.unwrap_or_default());
    call.keyrack.environments.set_display_name(&call.caller, &call.client, name, display).await?;
    Ok(Answer::done())
}
