//! Who is in a group.

use keyrack_domain::environments::GroupChange;
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use super::{array, names};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.group.SetEnv",
    summary: "Puts an environment into groups, and out of all others.",
    params: &[
        Param::required(
            "envGroup",
            Kind::Text,
            "Names of groups: one, several with commas, or a JSON list; those that are not there are made.",
            "shops",
        ),
        Param::required("envName", Kind::Text, "The environment.", "my-project").or(&["targetAppid"]),
    ],
    answer: r#"{"result":0,"array":[{"id":1,"name":"shops","data":{},"envNames":["my-project"]}]}"#,
    codes: &[Code::NoEnvironment, Code::Limit],
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
    call.keyrack.environments.change_groups(&call.caller, &call.client, name, GroupChange::Set, &groups).await?;
    Answer::object(array(&call.keyrack.environments.groups(&call.caller, Some(name)).await?))
}
