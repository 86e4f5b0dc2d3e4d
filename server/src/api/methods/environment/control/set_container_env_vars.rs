//! The variables of a node.

use keyrack_domain::environments::VariableChange;
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::{ENV_NAME, NODE_ID, node};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.SetContainerEnvVars",
    summary: "Replaces all variables of a node; effective at its next start.",
    params: &[
        ENV_NAME,
        Param::required(
            "vars",
            Kind::Json,
            "A JSON object of texts: the variables by name.",
            r#"{"GREETING":"hello"}"#,
        ),
        NODE_ID,
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
    let change = VariableChange::set("vars", params.text("vars")?)?;
    call.keyrack
        .environments
        .change_variables(&call.caller, &call.client, params.text("envName")?, &node(params)?, &change)
        .await?;
    Ok(Answer::done())
}
