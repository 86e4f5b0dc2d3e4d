//! Restarting what nodes run.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::{ENV_NAME, NODE_GROUP, OPT_NODE_ID, chosen_nodes, responses, restart_order, until_settled};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.RestartServices",
    summary: "Restarts what a node, a layer or all nodes of a running environment run.",
    params: &[
        ENV_NAME,
        OPT_NODE_ID,
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
    answer: r#"{"result":0,"responses":[{"result":0,"nodeid":1,"out":"","errOut":""}]}"#,
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
    let (name, choice, order) = (params.text("envName")?, chosen_nodes(params)?, restart_order(params)?);
    let nodes = call.keyrack.environments.configured_nodes(&call.caller, name, &choice).await?;
    until_settled(call.keyrack.environments.restart_nodes(&call.caller, &call.client, name, choice, order).await?)
        .await?;
    Answer::object(responses(nodes.iter().map(|node| node.id)))
}
