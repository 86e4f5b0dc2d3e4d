//! The tasks.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde_json::json;

use super::task;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Kind, Method, Param, Run};
use keyrack_wire::Ids;

pub const METHOD: Method = Method {
    name: "utils.scheduler.GetTasks",
    summary: "Lists the tasks of the account, with their next runs and how the last ones went. Parameters may hold secrets.",
    params: &[Param::optional("ids", Kind::Ids, "Only these.", "1,2")],
    answer: r#"{"result":0,"objects":[{"id":1,"script":"environment.control.StopEnv","trigger":"0 20 * * *","description":"Stop at night","params":{"envName":"my-project"},"type":"ACCOUNT","uid":7,"createdOn":"2026-11-24 10:00:00","nextRun":"2026-11-24 20:00:00","lastRun":"2026-11-23 20:00:00","lastResult":0}]}"#,
    codes: &[],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let all = call.keyrack.scheduler.read_tasks(&call.caller, &call.client).await?;
    let wanted = |id: i64| match call.params.opt_ids("ids") {
        Ok(Some(Ids::These(ids))) => ids.contains(&id),
        _ => true,
    };
    let tasks: Vec<_> = all.iter().filter(|found| wanted(found.id)).map(task).collect();
    Answer::object(json!({ "objects": tasks }))
}
