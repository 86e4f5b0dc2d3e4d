//! The account as installer.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "marketplace.installation.GetScriptingAppid",
    summary: "Tells the identifier of the account among those who install.",
    params: &[],
    answer: r#"{"result":0,"appid":"4f1c2a5b6d4c7e8f90a1b2c3d4e5f60e"}"#,
    codes: &[],
    sets: &[ApiSet::Marketplace],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    Answer::object(json!({ "appid": call.keyrack.marketplace.scripting_appid(&call.caller) }))
}
