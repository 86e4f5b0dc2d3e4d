//! Restarting one node.

use keyrack_domain::environments::RestartOrder;
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::{ENV_NAME, NODE_ID, node, until_settled};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "environment.control.RestartContainerById",
    summary: "Restarts one node of a running environment.",
    params: &[ENV_NAME, NODE_ID],
    answer: r#"{"result":0}"#,
    codes: &[Code::NotFound, Code::NoEnvironment, Code::WrongState],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let (name, order) = (call.params.text("envName")?, RestartOrder::default());
    let choice = node(&call.params)?;
    until_settled(call.keyrack.environments.restart_nodes(&call.caller, &call.client, name, choice, order).await?)
        .await?;
    Ok(Answer::done())
}
