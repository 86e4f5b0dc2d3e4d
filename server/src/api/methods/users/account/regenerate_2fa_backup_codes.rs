//! New recovery codes.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::methods::users::account::codes;
use crate::api::methods::users::confirm::{CODE, PASSWORD, confirm};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "users.account.Regenerate2FABackupCodes",
    summary: "Makes ten recovery codes in place of all former ones; they are told this once.",
    params: &[PASSWORD, CODE],
    answer: r#"{"result":0,"codes":["abcd-efgh-jkmn-pqrs"]}"#,
    codes: &[Code::NotFound, Code::WrongPassword],
    sets: &[],
    token: TokenAccess::Never,
    role: Role::Viewer,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let confirmed = confirm(&call).await?;
    codes::answer(call.keyrack.second_factor.regenerate_recovery_codes(&confirmed).await?)
}
