//! Its environment.

use keyrack_domain::Error;
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

use super::super::UNIQUE_NAME;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "marketplace.installation.GetEnvAppid",
    summary: "Tells the appid of the environment that something is installed in.",
    params: &[UNIQUE_NAME],
    answer: r#"{"result":0,"appid":"4f1c2a5b6d4c7e8f90a1b2c3d4e5f60e"}"#,
    codes: &[Code::NotFound],
    sets: &[ApiSet::Marketplace],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let installed = call.keyrack.marketplace.installation(&call.caller, call.params.text("appUniqueName")?).await?;
    match installed.environment {
        Some((_, appid)) => Answer::object(json!({ "appid": appid })),
        None => Err(Error::NotFound("it is installed in no environment".into()).into()),
    }
}
