//! An environment from a manifest.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde_json::json;

use super::super::bean::info_with_result;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.export.Import",
    summary: "Creates the environment that a manifest describes and starts it. What was in files is not in manifests.",
    params: &[
        Param::required(
            "manifest",
            Kind::Text,
            "The manifest as GetManifest gives it, YAML or JSON.",
            r#"{"keyrack":1,"env":{"shortdomain":"copy"},"nodes":[{"nodeGroup":"cp","image":"keyrack/web:latest"}]}"#,
        ),
        Param::optional("envName", Kind::Text, "Another short name for it.", "copy"),
    ],
    answer: r#"{"result":0,"response":{"result":0,"env":{"envName":"copy","status":1},"nodes":[{"id":1,"nodeGroup":"cp","status":1}]}}"#,
    codes: &[Code::Forbidden, Code::NotPermitted, Code::Limit],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let (manifest, name) = (call.params.text("manifest")?, call.params.opt_text("envName")?);
    let made = call.keyrack.environments.import(&call.caller, &call.client, manifest, name).await?;
    Answer::object(json!({ "response": info_with_result(&made, call.caller.role) }))
}
