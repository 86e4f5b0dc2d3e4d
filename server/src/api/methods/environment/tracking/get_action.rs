//! One action.

use keyrack_domain::Error;
use keyrack_domain::environments::ActionFilter;
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde_json::json;

use super::super::bean::action;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.tracking.GetAction",
    summary: "Tells what became of one action.",
    params: &[Param::optional("id", Kind::Number, "The number of the action; the newest one without it.", "3")],
    answer: r#"{"result":0,"object":{"id":3,"action":"environment.stop","description":"Stopping my-project","envName":"my-project","uid":7,"status":"DONE","startedOn":"2026-11-24 10:00:00","finishedOn":"2026-11-24 10:00:01"}}"#,
    codes: &[Code::NotFound],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let found = match call.params.opt_number("id")? {
        Some(id) => call.keyrack.environments.action(&call.caller, id).await?,
        None => {
            let filter = ActionFilter { count: Some(1), ..ActionFilter::default() };
            let newest = call.keyrack.environments.actions(&call.caller, filter).await?.pop();
            newest.ok_or(Error::NotFound("there is no action yet".into()))?
        }
    };
    Answer::object(json!({ "object": action(&found) }))
}
