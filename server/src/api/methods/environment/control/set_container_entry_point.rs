//! What a node runs.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use super::{ENV_NAME, NODE_ID, node};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.SetContainerEntryPoint",
    summary: "Sets what stands before the command of a node; effective at its next start.",
    params: &[
        ENV_NAME,
        NODE_ID,
        Param::optional(
            "data",
            Kind::Text,
            "A text for a shell, or a JSON list of words; nothing takes it back.",
            "sleep 60",
        ),
    ],
    answer: r#"{"result":0}"#,
    codes: &[Code::Forbidden, Code::NotFound, Code::NoEnvironment],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let (name, data) = (params.text("envName")?, params.opt_text("data")?.unwrap_or_default());
    call.keyrack.environments.set_entry_point(&call.caller, &call.client, name, &node(params)?, data).await?;
    Ok(Answer::done())
}
