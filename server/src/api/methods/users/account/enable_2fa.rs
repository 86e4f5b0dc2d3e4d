//! Switching one-time codes on.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::methods::users::account::codes;
use crate::api::methods::users::confirm::{PASSWORD, confirm_with};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "users.account.Enable2FA",
    summary: "Switches one-time codes on by their first code. The answer holds the recovery codes, which are never told again; none when there are some already.",
    params: &[
        PASSWORD,
        Param::required(
            "code",
            Kind::Secret,
            "The first code of the authenticator that Get2FAConfig set up.",
            "123456",
        ),
        Param::optional(
            "recoveryCode",
            Kind::Secret,
            "Required where a passkey is in use already.",
            "abcd-efgh-jkmn-pqrs",
        ),
    ],
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
    let params = &call.params;
    let confirmed = confirm_with(&call, params.opt_text("password")?, params.opt_text("recoveryCode")?).await?;
    codes::answer(call.keyrack.second_factor.enable_totp(&confirmed, params.text("code")?).await?)
}
