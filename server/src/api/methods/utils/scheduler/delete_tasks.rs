//! Removing tasks.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};
use keyrack_wire::Ids;

pub const METHOD: Method = Method {
    name: "utils.scheduler.DeleteTasks",
    summary: "Removes tasks: all of those named, or none. A run that is under way goes to its end.",
    params: &[Param::required("ids", Kind::Ids, "Their numbers, or `*` for all of the account.", "1,2")],
    answer: r#"{"result":0}"#,
    codes: &[Code::NotFound],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let ids = match call.params.ids("ids")? {
        Ids::These(ids) => ids,
        Ids::All => call.keyrack.scheduler.list(&call.caller).await?.iter().map(|task| task.id).collect(),
    };
    call.keyrack.scheduler.delete(&call.caller, &call.client, &ids).await?;
    Ok(Answer::done())
}
