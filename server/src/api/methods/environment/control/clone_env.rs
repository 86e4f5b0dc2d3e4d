//! Cloning.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::super::bean::info;
use super::until_settled;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.CloneEnv",
    summary: "Makes a copy of an environment with all its files under another name; it runs when the first one does.",
    params: &[
        Param::required("srcEnvName", Kind::Text, "The environment to copy.", "my-project"),
        Param::required("dstEnvName", Kind::Text, "The name of the copy.", "my-copy"),
        Param::optional("useExternalMounts", Kind::YesNo, "Accepted for compatibility.", "false"),
    ],
    answer: r#"{"result":0,"right":"OWNER","env":{"envName":"my-project","status":1},"envGroups":[],"nodeGroups":[{"name":"cp"}],"nodes":[{"id":1,"nodeGroup":"cp","status":1}],"nodesData":[],"nodesInternalDomains":[]}"#,
    codes: &[Code::NotPermitted, Code::NoEnvironment, Code::WrongState, Code::Limit],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let (source, name) = (call.params.text("srcEnvName")?, call.params.text("dstEnvName")?);
    let cloning = call.keyrack.environments.clone_environment(&call.caller, &call.client, source, name).await?;
    let name = cloning.environment.name.clone();
    until_settled(cloning).await?;
    let environment = call.keyrack.environments.get(&call.caller, &name).await?;
    Answer::object(info(&environment, call.caller.role))
}
