//! Removing an archive.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.deployment.DeleteArchive",
    summary: "Removes an archive from the account; what was deployed from it stays.",
    params: &[Param::required("id", Kind::Number, "The number of the archive.", "1")],
    answer: r#"{"result":0,"response":{"result":0}}"#,
    codes: &[Code::Forbidden, Code::NotFound],
    sets: &[ApiSet::MavenPlugin, ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    call.keyrack.uploads.delete_archive(&call.caller, &call.client, call.params.number("id")?).await?;
    Answer::object(json!({ "response": { "result": 0 } }))
}
