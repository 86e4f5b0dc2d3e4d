//! The groups.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use super::super::control::OWNER_UID;
use super::array;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.group.GetGroups",
    summary: "Lists the groups of environments, or those that one environment is in.",
    params: &[Param::optional("envName", Kind::Text, "The environment.", "my-project").or(&["targetAppid"]), OWNER_UID],
    answer: r#"{"result":0,"array":[{"id":1,"name":"shops","data":{},"envNames":["my-project"]}]}"#,
    codes: &[Code::NoEnvironment],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let groups = call.keyrack.environments.groups(&call.caller, call.params.opt_text("envName")?).await?;
    Answer::object(array(&groups))
}
