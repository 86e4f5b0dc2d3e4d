//! Is this my password?

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::methods::users::confirm::PASSWORD;
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "users.authentication.CheckPassword",
    summary: "Tells whether this is the caller's password; wrong ones count as tries.",
    params: &[PASSWORD],
    answer: r#"{"result":0}"#,
    codes: &[Code::WrongPassword],
    sets: &[],
    token: TokenAccess::Never,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    call.keyrack.accounts.check_password(&call.caller, &call.client, call.params.text("password")?).await?;
    Ok(Answer::done())
}
