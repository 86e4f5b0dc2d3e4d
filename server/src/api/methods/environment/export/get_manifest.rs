//! The text of a manifest.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde_json::json;

use super::{ENV_NAME, ID};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "environment.export.GetManifest",
    summary: "Gives the manifest of an export, in YAML. It holds the variables of the nodes.",
    params: &[ENV_NAME, ID],
    answer: r#"{"result":0,"manifest":"keyrack: 1\\nenv:\\n  shortdomain: my-project\\nnodes:\\n- nodeGroup: cp\\n  image: keyrack/web:latest\\n  count: 1\\n"}"#,
    codes: &[Code::Forbidden, Code::NotFound, Code::NoEnvironment],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let (name, id) = (call.params.text("envName")?, call.params.number("id")?);
    let manifest = call.keyrack.environments.export_manifest(&call.caller, &call.client, name, id).await?;
    Answer::object(json!({ "manifest": manifest }))
}
