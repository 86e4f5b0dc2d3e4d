//! Groups of environments.

use keyrack_domain::environments::GroupChange;
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use super::super::group::names;
use super::ENV_NAME;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.SetEnvGroup",
    summary: "Puts an environment into groups, and out of all others.",
    params: &[
        ENV_NAME,
        Param::required(
            "envGroup",
            Kind::Text,
            "Names of groups: one, several with commas, or a JSON list; those that are not there are made.",
            "shops",
        ),
    ],
    answer: r#"{"result":0}"#,
    codes: &[Code::NoEnvironment, Code::Limit],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let (name, groups) = (call.params.text("envName")?, names(call.params.text("envGroup")?));
    call.keyrack.environments.change_groups(&call.caller, &call.client, name, GroupChange::Set, &groups).await?;
    Ok(Answer::done())
}
