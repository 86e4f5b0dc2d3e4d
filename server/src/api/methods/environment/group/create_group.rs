//! A new group.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use super::super::control::OWNER_UID;
use super::array;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.group.CreateGroup",
    summary: "Makes a group of environments; `/` in its name puts it below another one.",
    params: &[
        Param::required("envGroup", Kind::Text, "Its name.", "shops"),
        Param::optional("data", Kind::Json, "What you keep with it: a JSON object.", r##"{"color":"#336699"}"##),
        Param::optional("envName", Kind::Text, "The environment.", "my-project"),
        OWNER_UID,
    ],
    answer: r#"{"result":0,"array":[{"id":1,"name":"shops","data":{},"envNames":["my-project"]}]}"#,
    codes: &[Code::NotPermitted, Code::NoEnvironment, Code::Limit],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let (name, data, env) = (params.text("envGroup")?, params.opt_text("data")?, params.opt_text("envName")?);
    call.keyrack.environments.create_group(&call.caller, &call.client, name, data, env).await?;
    Answer::object(array(&call.keyrack.environments.groups(&call.caller, None).await?))
}
