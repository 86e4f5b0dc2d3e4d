//! Fewer variables.

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
    name: "environment.control.RemoveContainerEnvVars",
    summary: "Removes variables from a node, a layer, or all nodes; effective at the next start.",
    params: &[
        ENV_NAME,
        Param::required("vars", Kind::List, "The names; one that is not there is no error.", "GREETING"),
        OPT_NODE_ID,
        NODE_GROUP,
    ],
    answer: r#"{"result":0}"#,
    codes: &[Code::Forbidden, Code::NotFound, Code::NoEnvironment],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let change = VariableChange::Remove(params.list("vars"));
    let (name, choice) = (params.text("envName")?, chosen_nodes(params)?);
    call.keyrack.environments.change_variables(&call.caller, &call.client, name, &choice, &change).await?;
    Ok(Answer::done())
}
