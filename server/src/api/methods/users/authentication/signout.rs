//! Closing the caller's session.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "users.authentication.Signout",
    summary: "Closes the session that calls; a token stays alive.",
    params: &[],
    answer: r#"{"result":0}"#,
    codes: &[],
    sets: &[],
    token: TokenAccess::Always,
    role: Role::Viewer,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    call.keyrack.accounts.sign_out(&call.caller, &call.client).await?;
    Ok(Answer::done())
}
