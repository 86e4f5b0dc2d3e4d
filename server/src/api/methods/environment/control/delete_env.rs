//! Deleting.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::ENV_NAME;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.DeleteEnv",
    summary: "Deletes an environment in any state, with its processes, files and logs.",
    params: &[
        ENV_NAME,
        Param::optional(
            "password",
            Kind::Secret,
            "Accepted for compatibility; it is not needed.",
            "correct horse battery staple",
        )
        .or(&["passphrase"]),
    ],
    answer: r#"{"result":0}"#,
    codes: &[Code::NoEnvironment],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    call.keyrack.environments.delete(&call.caller, &call.client, call.params.text("envName")?).await?;
    Ok(Answer::done())
}
