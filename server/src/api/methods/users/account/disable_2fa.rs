//! Switching one-time codes off.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::methods::users::confirm::{CODE, PASSWORD, confirm};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "users.account.Disable2FA",
    summary: "Switches one-time codes off. Passkeys stay; without one the recovery codes go too.",
    params: &[PASSWORD, CODE],
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
    let confirmed = confirm(&call).await?;
    call.keyrack.second_factor.disable_totp(&confirmed).await?;
    Ok(Answer::done())
}
