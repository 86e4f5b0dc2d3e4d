//! Another text.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

use super::super::bean::response;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "marketplace.app.EditApp",
    summary: "Replaces a manifest of the account's own; what is installed from it stays as it is.",
    params: &[
        Param::required("id", Kind::Text, "The number of the app.", "1"),
        Param::required(
            "manifest",
            Kind::Text,
            "The manifest, as YAML or JSON; its text, no address.",
            r#"{"type":"install","name":"Hello","onInstall":{"log":"Hello"}}"#,
        ),
    ],
    answer: r#"{"result":0,"response":{"result":0}}"#,
    codes: &[Code::NotFound],
    sets: &[ApiSet::Marketplace],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let (id, manifest) = (call.params.text("id")?, call.params.text("manifest")?);
    call.keyrack.marketplace.edit_app(&call.caller, &call.client, id, manifest).await?;
    response(json!({}))
}
