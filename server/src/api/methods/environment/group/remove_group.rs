//! A group less.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use super::super::control::OWNER_UID;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.group.RemoveGroup",
    summary: "Removes a group with all below it; its environments stay.",
    params: &[
        Param::required("envGroup", Kind::Text, "Its name.", "shops"),
        Param::optional("envName", Kind::Text, "The environment.", "my-project"),
        OWNER_UID,
    ],
    answer: r#"{"result":0}"#,
    codes: &[Code::NotFound],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    call.keyrack.environments.remove_group(&call.caller, &call.client, call.params.text("envGroup")?).await?;
    Ok(Answer::done())
}
