//! Taking tokens back.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::methods::users::confirm::{CODE, TOKEN_PASSWORD, confirm};
use crate::api::params::Ids;
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "users.authentication.DeleteTokens",
    summary: "Removes tokens: all of those named, or none. They are refused from then on.",
    params: &[
        Param::required("ids", Kind::Ids, "Numbers of the tokens; `*` for all of the caller's own.", "1;4;6")
            .or(&["id"]),
        TOKEN_PASSWORD.or(&["passphrase"]),
        CODE,
    ],
    answer: r#"{"result":0}"#,
    codes: &[Code::NotFound, Code::WrongPassword],
    sets: &[],
    token: TokenAccess::Never,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let ids = call.params.ids("ids")?;
    let confirmed = confirm(&call).await?;
    let ids = match ids {
        Ids::These(ids) => ids,
        Ids::All => {
            let list = call.keyrack.tokens.list(&call.caller).await?;
            list.tokens.iter().filter(|token| token.mine).map(|token| token.id).collect()
        }
    };
    // `*` of somebody without tokens is done already.
    if !ids.is_empty() {
        call.keyrack.tokens.remove(&confirmed, &ids).await?;
    }
    Ok(Answer::done())
}
