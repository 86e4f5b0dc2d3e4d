//! Making a token.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::tokens::NewToken;
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
    name: "users.authentication.CreateToken",
    summary: "Makes a token; the answer holds its value, which is never told again.",
    params: &[
        Param::required("description", Kind::Text, DESCRIPTION_HELP, "Deploy script"),
        API_LIST,
        TEMPLATE,
        EXPIRES,
        TOKEN_PASSWORD,
        CODE,
    ],
    answer: r#"{"result":0,"token":{"id":3,"key":"krp_…","description":"Deploy script","expiresAt":"2027-12-31 23:59:59","createdOn":"2026-11-24 10:00:00","isSystem":false,"extraData":{},"tokenTemplate":{"id":0,"name":"Custom","apiListItems":[{"method":"environment.control.StopEnv"}]},"apiListItems":[{"method":"environment.control.StopEnv"}]}}"#,
    codes: &[Code::WrongPassword, Code::Limit],
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
    let (api_set, methods) = scope::read(params)?.ok_or(ApiError::Missing("apiList"))?;
    let new = NewToken {
        description: params.text("description")?.to_owned(),
        api_set,
        methods,
        expires: params.opt_end("expiresAt")?.and_then(End::moment),
        shared: false,
    };
    let confirmed = confirm(&call).await?;
    let made = call.keyrack.tokens.create(&confirmed, &new).await?;
    Answer::written(&One { token: Token::with_key(&made) })
}
