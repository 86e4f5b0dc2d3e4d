//! What is being done now.

use keyrack_domain::environments::ActionFilter;
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

use super::super::bean::action;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "environment.tracking.GetCurrentActions",
    summary: "Lists what is being done in the account now.",
    params: &[],
    answer: r#"{"result":0,"array":[{"id":3,"action":"environment.stop","description":"Stopping my-project","envName":"my-project","uid":7,"status":"RUNNING","startedOn":"2026-11-24 10:00:00"}]}"#,
    codes: &[],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let filter = ActionFilter { running_only: true, ..ActionFilter::default() };
    let actions = call.keyrack.environments.actions(&call.caller, filter).await?;
    Answer::object(json!({ "array": actions.iter().map(action).collect::<Vec<_>>() }))
}
