//! Removing a public SSH key.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "users.account.DeleteSSHKey",
    summary: "Removes a public SSH key of the user.",
    params: &[Param::required("id", Kind::Number, "The number of the key.", "1")],
    answer: r#"{"result":0}"#,
    codes: &[Code::NotFound],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    call.keyrack.accounts.delete_ssh_key(&call.caller, &call.client, call.params.number("id")?).await?;
    Ok(Answer::done())
}
