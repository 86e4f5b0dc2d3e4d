//! Changing a task.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde_json::json;

use super::{DESCRIPTION, OBJECT, PARAMS, SCRIPT, TRIGGER, new_task, task};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "utils.scheduler.EditTask",
    summary: "Changes a task. From then on it runs with the rights of who changed it.",
    params: &[
        Param::required("id", Kind::Number, "The number of the task.", "1"),
        TRIGGER,
        SCRIPT,
        PARAMS,
        DESCRIPTION,
    ],
    answer: OBJECT,
    codes: &[Code::Forbidden, Code::NotFound],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let (id, new) = (call.params.number("id")?, new_task(&call.params)?);
    let made = call.keyrack.scheduler.edit(&call.caller, &call.client, id, new).await?;
    Answer::object(json!({ "object": task(&made) }))
}
