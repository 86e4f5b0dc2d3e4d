//! Starting.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::{ENV_NAME, until_settled};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "environment.control.StartEnv",
    summary: "Starts a stopped, sleeping or broken environment.",
    params: &[ENV_NAME],
    answer: r#"{"result":0}"#,
    codes: &[Code::NoEnvironment, Code::WrongState],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let name = call.params.text("envName")?;
    until_settled(call.keyrack.environments.start(&call.caller, &call.client, name).await?).await?;
    Ok(Answer::done())
}
