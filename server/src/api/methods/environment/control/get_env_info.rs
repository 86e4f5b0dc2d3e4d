//! One environment.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::super::bean::info;
use super::{ENV_NAME, LAZY};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "environment.control.GetEnvInfo",
    summary: "Tells everything about one environment.",
    params: &[ENV_NAME, LAZY],
    answer: r#"{"result":0,"right":"OWNER","env":{"envName":"my-project","status":1},"envGroups":[],"nodeGroups":[{"name":"cp"}],"nodes":[{"id":1,"nodeGroup":"cp","status":1}],"nodesData":[],"nodesInternalDomains":[]}"#,
    codes: &[Code::NoEnvironment],
    sets: &[ApiSet::IdePlugins, ApiSet::Marketplace],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let environment = call.keyrack.environments.get(&call.caller, call.params.text("envName")?).await?;
    Answer::object(info(&environment, call.caller.role))
}
