//! More variables.

use keyrack_domain::environments::VariableChange;
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::{ENV_NAME, NODE_GROUP, OPT_NODE_ID, chosen_nodes};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.AddContainerEnvVars",
    summary: "Adds variables to a node, a layer, or all nodes, and replaces those that are there; effective at the next start.",
    params: &[
        ENV_NAME,
        Param::required(
            "vars",
            Kind::Json,
            "A JSON object of texts: the variables by name.",
            r#"{"GREETING":"hello"}"#,
        ),
        OPT_NODE_ID,
        NODE_GROUP,
    ],
    answer: r#"{"result":0}"#,
    codes: &[Code::Forbidden, Code::NotFound, Code::NoEnvironment, Code::Limit],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let change = VariableChange::add("vars", params.text("vars")?)?;
    let (name, choice) = (params.text("envName")?, chosen_nodes(params)?);
    call.keyrack.environments.change_variables(&call.caller, &call.client, name, &choice, &change).await?;
    Ok(Answer::done())
}
