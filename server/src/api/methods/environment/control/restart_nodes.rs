//! Restarting nodes.

use keyrack_domain::environments::NodeChoice;
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::{ENV_NAME, NODE_GROUP, restart_order, until_settled};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::params::Ids;
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.RestartNodes",
    summary: "Restarts nodes of a running environment: those with the numbers, those of the layer, or all.",
    params: &[
        ENV_NAME,
        Param::optional("nodeId", Kind::Ids, "Numbers of nodes; `*` means all.", "1"),
        NODE_GROUP,
        Param::optional(
            "isSequential",
            Kind::YesNo,
            "Whether one node waits for the other; all at once otherwise.",
            "true",
        ),
        Param::optional(
            "delay",
            Kind::Number,
            "Seconds between two nodes when one waits for the other, 600 at most.",
            "5",
        ),
    ],
    answer: r#"{"result":0}"#,
    codes: &[Code::NotFound, Code::NoEnvironment, Code::WrongState],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let choice = match (params.opt_ids("nodeId")?, params.opt_text("nodeGroup")?) {
        (Some(Ids::These(ids)), _) => NodeChoice::Ids(ids),
        (None, Some(group)) => NodeChoice::Group(group.to_owned()),
        (Some(Ids::All), _) | (None, None) => NodeChoice::All,
    };
    let order = restart_order(params)?;
    let name = params.text("envName")?;
    let restarting = call.keyrack.environments.restart_nodes(&call.caller, &call.client, name, choice, order).await?;
    until_settled(restarting).await?;
    Ok(Answer::done())
}
