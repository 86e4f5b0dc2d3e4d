//! Giving a token a new secret.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::tokens::Renewal;
use keyrack_domain::types::accounts::Role;
use serde::Serialize;

use super::EXPIRES;
use super::bean::Token;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::methods::users::confirm::{CODE, TOKEN_PASSWORD, confirm};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "users.authentication.RegenerateToken",
    summary: "Gives a token a new value; the old one is refused from then on. Who makes the value is the owner from then on. An expired token gets its former span again, unless expiresAt says otherwise.",
    params: &[
        Param::required("id", Kind::Number, "The token's number.", "3").or(&["ids"]),
        EXPIRES,
        TOKEN_PASSWORD,
        CODE,
    ],
    answer: r#"{"result":0,"token":{"id":3,"key":"krp_…","description":"Deploy script","expiresAt":"2027-12-31 23:59:59","createdOn":"2026-11-24 10:00:00","isSystem":false,"extraData":{},"tokenTemplate":{"id":0,"name":"Custom","apiListItems":[{"method":"environment.control.StopEnv"}]},"apiListItems":[{"method":"environment.control.StopEnv"}]}}"#,
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
    let id = params.number("id")?;
    let renewal = match params.opt_end("expiresAt")? {
        Some(end) => Renewal::Until(end.moment()),
        None => Renewal::FormerSpan,
    };
    let confirmed = confirm(&call).await?;
    let renewed = call.keyrack.tokens.regenerate(&confirmed, id, None, renewal).await?;
    Answer::written(&One { token: Token::with_key(&renewed) })
}
