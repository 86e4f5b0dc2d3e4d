//! Creating.

use keyrack_domain::environments::{EnvironmentSpec, GroupChange};
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

use super::super::bean::info_with_result;
use super::super::group::names;
use super::{OWNER_UID, until_settled};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.CreateEnvironment",
    summary: "Creates an environment from the description of its nodes, and starts it.",
    params: &[
        Param::required(
            "env",
            Kind::Json,
            "The environment: shortdomain (1 to 41 letters, digits and hyphens; made up when absent), displayName, region, \
             ishaenabled, sslstate.",
            r#"{"shortdomain":"my-shop"}"#,
        ),
        Param::required(
            "nodes",
            Kind::Json,
            "A list of nodes: nodeGroup, displayName, count, fixedCloudlets, flexibleCloudlets, docker.image, env, cmd.",
            r#"[{"nodeGroup":"cp","docker":{"image":"keyrack/web:latest"}}]"#,
        ),
        Param::optional(
            "envGroups",
            Kind::Text,
            "Groups that it is put into; those that are not there are made.",
            "shops",
        ),
        Param::optional("actionkey", Kind::Text, "Accepted for compatibility.", "create;1"),
        OWNER_UID,
    ],
    answer: r#"{"result":0,"response":{"result":0,"right":"OWNER","env":{"envName":"my-project","status":1},"envGroups":[],"nodeGroups":[{"name":"cp"}],"nodes":[{"id":1,"nodeGroup":"cp","status":1}],"nodesData":[],"nodesInternalDomains":[]}}"#,
    codes: &[Code::NotPermitted, Code::Limit],
    sets: &[ApiSet::IdePlugins, ApiSet::Marketplace],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let spec = EnvironmentSpec::parse(call.params.text("env")?, call.params.text("nodes")?)?;
    let creating = call.keyrack.environments.create(&call.caller, &call.client, spec).await?;
    let name = creating.environment.name.clone();
    if let Some(groups) = call.params.opt_text("envGroups")? {
        let groups = names(groups);
        call.keyrack
            .environments
            .change_groups(&call.caller, &call.client, &name, GroupChange::Attach, &groups)
            .await?;
    }
    until_settled(creating).await?;
    let environment = call.keyrack.environments.get(&call.caller, &name).await?;
    Answer::object(json!({ "response": info_with_result(&environment, call.caller.role) }))
}
