//! Taking away what is deployed.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::bean::nodes;
use super::{CONTEXT, ENV_NAME, NODE_GROUP};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "environment.deployment.Undeploy",
    summary: "Takes away what is deployed in a context; other contexts stay.",
    params: &[ENV_NAME, CONTEXT, NODE_GROUP],
    answer: r#"{"result":0,"responses":[{"result":0,"nodeid":1,"out":"","errOut":""}],"response":{"result":0,"responses":[{"result":0,"nodeid":1,"out":"","errOut":""}]}}"#,
    codes: &[Code::Forbidden, Code::NotFound, Code::NoEnvironment, Code::WrongState, Code::DeployFailed],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let (name, group, context) = (params.text("envName")?, params.opt_text("nodeGroup")?, params.text("context")?);
    let done = call.keyrack.environments.undeploy(&call.caller, &call.client, name, group, context).await?;
    Answer::object(nodes(&done))
}
