//! The hooks of what is deployed.

use super::{ENV_NAME, NODE_GROUP};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

pub const METHOD: Method = Method {
    name: "environment.deployment.GetHooks",
    summary: "Tells the commands that were executed around the deployment in a context.",
    params: &[ENV_NAME, Param::optional("context", Kind::Text, "ROOT when absent.", "shop"), NODE_GROUP],
    answer: r#"{"result":0,"object":{"preDeployHook":"echo before","postDeployHook":"echo after"}}"#,
    codes: &[Code::Forbidden, Code::NotFound, Code::NoEnvironment],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let (name, group) = (params.text("envName")?, params.opt_text("nodeGroup")?);
    let context = params.opt_text("context")?.unwrap_or_default();
    let hooks = call.keyrack.environments.deployment(&call.caller, &call.client, name, group, context).await?.hooks;
    Answer::object(json!({
        "object": { "preDeployHook": hooks.pre_deploy, "postDeployHook": hooks.post_deploy },
    }))
}
