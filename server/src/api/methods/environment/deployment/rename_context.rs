//! Moving what is deployed.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::bean::nodes;
use super::{ENV_NAME, NODE_GROUP};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.deployment.RenameContext",
    summary: "Moves what is deployed in one context to another one, which has to be free.",
    params: &[
        ENV_NAME,
        Param::required("oldContext", Kind::Text, "Where it is: ROOT, or the first part of the path.", "ROOT"),
        Param::required("newContext", Kind::Text, "Where it is to be.", "shop"),
        NODE_GROUP,
    ],
    answer: r#"{"result":0,"responses":[{"result":0,"nodeid":1,"out":"","errOut":""}],"response":{"result":0,"responses":[{"result":0,"nodeid":1,"out":"","errOut":""}]}}"#,
    codes: &[
        Code::Forbidden,
        Code::NotFound,
        Code::NotPermitted,
        Code::NoEnvironment,
        Code::WrongState,
        Code::DeployFailed,
    ],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let (name, group) = (params.text("envName")?, params.opt_text("nodeGroup")?);
    let contexts = (params.text("oldContext")?, params.text("newContext")?);
    let done = call.keyrack.environments.rename_context(&call.caller, &call.client, name, group, contexts).await?;
    Answer::object(nodes(&done))
}
