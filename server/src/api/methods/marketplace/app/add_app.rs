//! A manifest of one's own.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::super::bean::added;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "marketplace.app.AddApp",
    summary: "Keeps a manifest in the account's own part of the catalogue; one that cannot be installed here is refused.",
    params: &[Param::required(
        "manifest",
        Kind::Text,
        "The manifest, as YAML or JSON; its text, no address.",
        r#"{"type":"install","name":"Hello","onInstall":{"log":"Hello"}}"#,
    )],
    answer: r#"{"result":0,"appId":"1","response":{"result":0,"id":"1"}}"#,
    codes: &[Code::Limit],
    sets: &[ApiSet::Marketplace],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let text = call.params.text("manifest")?;
    added(&call.keyrack.marketplace.add_app(&call.caller, &call.client, text).await?)
}
