//! Who is in a group.

use keyrack_domain::environments::GroupChange;
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use super::super::control::OWNER_UID;
use super::names;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.group.DetachEnv",
    summary: "Takes an environment out of groups.",
    params: &[
        Param::required("envGroup", Kind::Text, "Names of groups: one, several with commas, or a JSON list.", "shops"),
        Param::required("envName", Kind::Text, "The environment.", "my-project").or(&["targetAppid"]),
        OWNER_UID,
    ],
    answer: r#"{"result":0}"#,
    codes: &[Code::NoEnvironment, Code::NotFound],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let name = call.params.text("envName")?;
    let groups = names(call.params.text("envGroup")?);
    call.keyrack.environments.change_groups(&call.caller, &call.client, name, GroupChange::Detach, &groups).await?;
    Ok(Answer::done())
}
