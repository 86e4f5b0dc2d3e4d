//! The list of archives.

use super::bean::archive;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Method, Run};
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

pub const METHOD: Method = Method {
    name: "environment.deployment.GetArchives",
    summary: "Lists the archives of the account, the oldest first.",
    params: &[],
    answer: r#"{"result":0,"response":{"result":0,"objects":[{"id":1,"name":"app.war","comment":"nightly","archive":"http://127.0.0.1:8080/deploy/archives/0123456789abcdef0123456789abcdef/app.war","size":1024,"createdOn":"2026-11-24 10:00:00"}]}}"#,
    codes: &[],
    sets: &[ApiSet::MavenPlugin, ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let archives = call.keyrack.uploads.archives(&call.caller).await?;
    let public_url = &call.keyrack.settings().public_url;
    let objects: Vec<_> = archives.iter().map(|upload| archive(upload, public_url)).collect();
    Answer::object(json!({ "response": { "result": 0, "objects": objects } }))
}
