//! The version.

use keyrack_domain::marketplace::ENGINE_VERSION;
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "marketplace.jps.GetEngineVersion",
    summary: "Tells the version of the platform whose manifests this server follows.",
    params: &[],
    answer: r#"{"result":0,"version":"8.0.2"}"#,
    codes: &[],
    sets: &[ApiSet::Marketplace],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(_call: Call) -> Result<Answer, ApiError> {
    Answer::object(json!({ "version": ENGINE_VERSION }))
}
