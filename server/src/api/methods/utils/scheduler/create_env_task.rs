//! A task of an environment.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde_json::json;

use super::{DESCRIPTION, OBJECT, PARAMS, SCRIPT, TRIGGER, new_task, task};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "utils.scheduler.CreateEnvTask",
    summary: "Calls a method for an environment at set times, as CreateAccountTask does; `envName` is among its parameters by itself, and the task goes with the environment.",
    params: &[
        Param::optional(
            "envName",
            Kind::Text,
            "The environment; without it, it is a task of the account.",
            "my-project",
        )
        .shown(),
        TRIGGER,
        SCRIPT,
        PARAMS,
        DESCRIPTION,
    ],
    answer: OBJECT,
    codes: &[Code::Forbidden, Code::NoEnvironment, Code::Limit],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let environment = call.params.opt_text("envName")?;
    let made = call.keyrack.scheduler.create(&call.caller, &call.client, environment, new_task(&call.params)?).await?;
    Answer::object(json!({ "object": task(&made) }))
}
