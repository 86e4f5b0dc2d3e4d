//! Writing.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

use super::super::bean::response;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "marketplace.console.WriteLog",
    summary: "Writes a line to the account's console.",
    params: &[Param::required("message", Kind::Text, "The line, at most 4000 characters.", "Hello")],
    answer: r#"{"result":0,"response":{"result":0}}"#,
    codes: &[],
    sets: &[ApiSet::Marketplace],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    call.keyrack.marketplace.write_console(&call.caller, &call.client, call.params.text("message")?).await?;
    response(json!({}))
}
