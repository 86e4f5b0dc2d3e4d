//! The variables of a layer.

use keyrack_domain::environments::VariableChange;
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::{ENV_NAME, LAYER, layer};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.SetContainerEnvVarsByGroup",
    summary: "Replaces all variables of every node of a layer; effective at their next start.",
    params: &[
        ENV_NAME,
        Param::required(
            "data",
            Kind::Json,
            "A JSON object of texts: the variables by name.",
            r#"{"GREETING":"hello"}"#,
        ),
        LAYER,
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
    let change = VariableChange::set("data", params.text("data")?)?;
    call.keyrack
        .environments
        .change_variables(&call.caller, &call.client, params.text("envName")?, &layer(params)?, &change)
        .await?;
    Ok(Answer::done())
}
