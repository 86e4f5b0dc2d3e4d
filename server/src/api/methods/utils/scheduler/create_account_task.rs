//! A task of the account.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde_json::json;

use super::{DESCRIPTION, OBJECT, PARAMS, SCRIPT, TRIGGER, new_task, task};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "utils.scheduler.CreateAccountTask",
    summary: "Calls a method at set times. It runs with the rights that the caller has at each run; a token that makes it lets it do what the token may do then.",
    params: &[TRIGGER, SCRIPT, PARAMS, DESCRIPTION],
    answer: OBJECT,
    codes: &[Code::Forbidden, Code::Limit],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let made = call.keyrack.scheduler.create(&call.caller, &call.client, None, new_task(&call.params)?).await?;
    Answer::object(json!({ "object": task(&made) }))
}
