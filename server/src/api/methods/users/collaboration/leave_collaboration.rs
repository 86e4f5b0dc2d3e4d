//! Leaving an account.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::methods::users::confirm::{CODE, PASSWORD, confirm};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "users.collaboration.LeaveCollaboration",
    summary: "Takes the caller out of an account. The caller's tokens there are revoked, values that the caller made of others' tokens and sessions there end; the last owner stays.",
    params: &[
        Param::required("id", Kind::Number, "The account's number, as GetCollaborations tells it.", "3"),
        Param::optional(
            "tokens",
            Kind::Text,
            "revoke: says that the caller's tokens in the account may go. Required where there are any; an owner who removes the member can keep them instead.",
            "revoke",
        ),
        PASSWORD,
        CODE,
    ],
    answer: r#"{"result":0}"#,
    codes: &[Code::NotFound, Code::WrongPassword],
    sets: &[],
    token: TokenAccess::Never,
    role: Role::Viewer,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let account = call.params.number("id")?;
    let revoke = match call.params.opt_text("tokens")? {
        None => false,
        Some(word) if word.trim().eq_ignore_ascii_case("revoke") => true,
        Some(_) => return Err(ApiError::bad("tokens", "it has to be revoke")),
    };
    let confirmed = confirm(&call).await?;
    call.keyrack.members.leave(&confirmed, account, revoke).await?;
    Ok(Answer::done())
}
