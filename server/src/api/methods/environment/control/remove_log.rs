//! Logs that are not wanted.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use super::{ENV_NAME, NODE_ID};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.RemoveLog",
    summary: "Removes a log of a node; the current one begins anew.",
    params: &[
        ENV_NAME,
        NODE_ID,
        Param::required(
            "path",
            Kind::Text,
            "The log, as GetLogs lists it; folders in front are ignored.",
            "output.log",
        ),
    ],
    answer: r#"{"result":0}"#,
    codes: &[Code::NotFound, Code::NoEnvironment],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let (name, node) = (params.text("envName")?, params.number("nodeId")?);
    let file = params.text("path")?.rsplit('/').next().unwrap_or_default();
    call.keyrack.environments.discard_log(&call.caller, &call.client, name, node, file, true).await?;
    Ok(Answer::done())
}
