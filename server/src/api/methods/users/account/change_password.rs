//! Changing the caller's password.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::methods::users::confirm::{CODE, confirm_with};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method =
    Method {
        name: "users.account.ChangePassword",
        summary: "Changes the caller's password and ends all other sessions; tokens go on working.",
        params: &[
            Param::required("oldPassword", Kind::Secret, "The present password.", "correct horse battery staple")
                .or(&["currentPassword", "password", "current"]),
            Param::required(
                "newPassword",
                Kind::Secret,
                "At least 12 characters, and not easy to guess.",
                "four unlikely companions walking",
            )
            .or(&["new"]),
            CODE,
            Param::optional(
                "invalidateSessions",
                Kind::YesNo,
                "Accepted for compatibility; other sessions are always ended.",
                "true",
            ),
        ],
        answer: r#"{"result":0}"#,
        codes: &[Code::WrongPassword],
        sets: &[],
        token: TokenAccess::Never,
        role: Role::Viewer,
        effect: Effect::Change,
        post_only: true,
        run: Run::Permitted(|call| Box::pin(run(call))),
    };

async fn run(call: Call) -> Result<Answer, ApiError> {
    let (current, new) = (call.params.text("oldPassword")?, call.params.text("newPassword")?);
    let confirmed = confirm_with(&call, Some(current), call.params.opt_text("code")?).await?;
    call.keyrack.accounts.change_password(&confirmed, current, new).await?;
    Ok(Answer::done())
}
