//! Restarting one node.

use keyrack_domain::environments::{NodeChoice, RestartOrder};
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

use super::{ENV_NAME, NODE_ID, until_settled};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "environment.control.RestartNodeById",
    summary: "Restarts one node of a running environment.",
    params: &[ENV_NAME, NODE_ID],
    answer: r#"{"result":0,"responses":[{"result":0,"nodeid":1,"out":"Node 1 is restarted.","errOut":""}]}"#,
    codes: &[Code::NotFound, Code::NoEnvironment, Code::WrongState],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let (name, node) = (call.params.text("envName")?, call.params.number("nodeId")?);
    let choice = NodeChoice::Ids(vec![node]);
    let order = RestartOrder::default();
    until_settled(call.keyrack.environments.restart_nodes(&call.caller, &call.client, name, choice, order).await?)
        .await?;
    let out = format!("Node {node} is restarted.");
    Answer::object(json!({ "responses": [{ "result": 0, "nodeid": node, "out": out, "errOut": "" }] }))
}
