//! What is deployed.

use super::bean::deployment;
use super::{ENV_NAME, NODE_GROUP};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Method, Run};
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

pub const METHOD: Method = Method {
    name: "environment.deployment.GetDeployments",
    summary: "Lists what is deployed in a layer.",
    params: &[ENV_NAME, NODE_GROUP],
    answer: r#"{"result":0,"array":[{"context":"ROOT","type":"ARCHIVE","archivename":"app.war","size":1024,"uid":7,"updatedOn":"2026-11-24 10:00:00"}]}"#,
    codes: &[Code::NotFound, Code::NoEnvironment],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let (name, group) = (params.text("envName")?, params.opt_text("nodeGroup")?);
    let found = call.keyrack.environments.deployments(&call.caller, name, group).await?;
    Answer::object(json!({ "array": found.iter().map(deployment).collect::<Vec<_>>() }))
}
