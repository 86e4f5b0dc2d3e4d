//! The tokens, without their secrets.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde::Serialize;

use super::bean::Token;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::params::Ids;
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "users.authentication.GetTokens",
    summary: "Lists the tokens that the caller may see; never their secrets.",
    params: &[Param::optional("ids", Kind::Ids, "Only these tokens; `*` for all.", "1;4;6").or(&["id"])],
    answer: r#"{"result":0,"apiTokens":[{"id":3,"description":"Deploy script","expiresAt":"2027-12-31 23:59:59","lastUsed":"2026-11-24 10:05:00","createdOn":"2026-11-24 10:00:00","isSystem":false,"extraData":{},"tokenTemplate":{"id":0,"name":"Custom"},"apiListItems":[{"method":"environment.control.StopEnv"}]}]}"#,
    codes: &[],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Tokens<'a> {
    api_tokens: Vec<Token<'a>>,
}

async fn run(call: Call) -> Result<Answer, ApiError> {
    let tokens = match call.params.opt_ids("ids")? {
        Some(Ids::These(ids)) => call.keyrack.tokens.with_ids(&call.caller, &ids).await?,
        Some(Ids::All) | None => call.keyrack.tokens.list(&call.caller).await?.tokens,
    };
    Answer::written(&Tokens { api_tokens: tokens.iter().map(Token::listed).collect() })
}
