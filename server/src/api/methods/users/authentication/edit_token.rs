//! Changing a token; its secret stays.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::tokens::TokenChange;
use keyrack_domain::types::accounts::Role;
use serde::Serialize;

use super::bean::Token;
use super::{API_LIST, DESCRIPTION_HELP, EXPIRES, TEMPLATE, scope};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::methods::users::confirm::{CODE, TOKEN_PASSWORD, confirm};
use crate::api::params::End;
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "users.authentication.EditToken",
    summary: "Changes what a token is called, opens, or how long it lives; its value stays, and so does what is left out. Who widens a token of somebody else becomes its owner.",
    params: &[
        Param::required("id", Kind::Number, "The token's number.", "3"),
        Param::optional("description", Kind::Text, DESCRIPTION_HELP, "Deploy script"),
        API_LIST,
        TEMPLATE,
        EXPIRES,
        TOKEN_PASSWORD,
        CODE,
    ],
    answer: r#"{"result":0,"token":{"id":3,"description":"Deploy script","expiresAt":"2027-12-31 23:59:59","createdOn":"2026-11-24 10:00:00","isSystem":false,"extraData":{},"tokenTemplate":{"id":0,"name":"Custom","apiListItems":[{"method":"environment.control.StopEnv"}]},"apiListItems":[{"method":"environment.control.StopEnv"}]}}"#,
    codes: &[Code::NotFound, Code::WrongPassword],
    sets: &[],
    token: TokenAccess::Never,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

#[derive(Serialize)]
struct One<'a> {
    token: Token<'a>,
}

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let change = TokenChange {
        description: params.opt_text("description")?.map(str::to_owned),
        scope: scope::read(params)?,
        expires: params.opt_end("expiresAt")?.map(End::moment),
        shared: None,
    };
    let id = params.number("id")?;
    let confirmed = confirm(&call).await?;
    let token = call.keyrack.tokens.edit(&confirmed, id, None, &change).await?;
    Answer::written(&One { token: Token::alone(&token) })
}
