//! What was done.

use keyrack_domain::environments::ActionFilter;
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde_json::json;

use super::super::bean::action;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::params::End;
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.tracking.GetUidActions",
    summary: "Lists what was done in the account, the newest first.",
    params: &[
        Param::optional("count", Kind::Number, "How many at most, 500 without it.", "20"),
        Param::optional("starttime", Kind::Moment, "Only what began at this moment or later.", "2026-11-01 00:00:00"),
        Param::optional("endtime", Kind::Moment, "Only what began at this moment or earlier.", "2026-11-30 23:59:59"),
        Param::optional("actionTypes", Kind::List, "Only these kinds.", "environment.stop"),
    ],
    answer: r#"{"result":0,"array":[{"id":3,"action":"environment.stop","description":"Stopping my-project","envName":"my-project","uid":7,"status":"DONE","startedOn":"2026-11-24 10:00:00","finishedOn":"2026-11-24 10:00:01"}]}"#,
    codes: &[],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let count = params.opt_number("count")?;
    let count =
        count.map(|count| u32::try_from(count).map_err(|_| ApiError::bad("count", "it has to be a number from 0 on")));
    let filter = ActionFilter {
        running_only: false,
        from: params.opt_end("starttime")?.and_then(End::moment),
        to: params.opt_end("endtime")?.and_then(End::moment),
        count: count.transpose()?,
    };
    let kinds = params.list("actionTypes");
    let actions = call.keyrack.environments.actions(&call.caller, filter).await?;
    let shown = actions.iter().filter(|action| kinds.is_empty() || kinds.contains(&action.kind));
    Answer::object(json!({ "array": shown.map(action).collect::<Vec<_>>() }))
}
