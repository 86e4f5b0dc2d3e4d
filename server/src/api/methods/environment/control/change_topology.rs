//! Other nodes.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

use super::super::bean::info_with_result;
use super::{ENV_NAME, until_settled};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.ChangeTopology",
    summary: "Gives an environment other nodes: layers come and go, are scaled, and run other images.",
    params: &[
        ENV_NAME,
        Param::required(
            "env",
            Kind::Json,
            "The environment: displayName, ishaenabled, sslstate; what is not said stays.",
            r#"{"ishaenabled":false}"#,
        ),
        Param::required(
            "nodes",
            Kind::Json,
            "All layers, as in CreateEnvironment; what is not said of one that is there stays.",
            r#"[{"nodeGroup":"cp","count":2}]"#,
        ),
        Param::optional("actionkey", Kind::Text, "Accepted for compatibility.", "redeploy;1"),
    ],
    answer: r#"{"result":0,"response":{"result":0,"right":"OWNER","env":{"envName":"my-project","status":1},"envGroups":[],"nodeGroups":[{"name":"cp"}],"nodes":[{"id":1,"nodeGroup":"cp","status":1}],"nodesData":[],"nodesInternalDomains":[]}}"#,
    codes: &[Code::Forbidden, Code::NoEnvironment, Code::WrongState, Code::Limit],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let (name, env, nodes) = (params.text("envName")?, params.text("env")?, params.text("nodes")?);
    until_settled(call.keyrack.environments.change_topology(&call.caller, &call.client, name, env, nodes).await?)
        .await?;
    let environment = call.keyrack.environments.get(&call.caller, name).await?;
    Answer::object(json!({ "response": info_with_result(&environment, call.caller.role) }))
}
