//! Keeping an upload in the list of archives.

use super::bean::archive;
use super::loose_json::object;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::{Value, json};

/// What the platform calls archives.
const TYPE: &str = "JDeploy";

pub const METHOD: Method = Method {
    name: "environment.deployment.CreateObject",
    summary: "Keeps an uploaded archive in the list of the account; without this it goes after a day.",
    params: &[
        Param::optional("type", Kind::Text, "`JDeploy`: an archive.", "JDeploy"),
        Param::required(
            "data",
            Kind::Text,
            "An object with `archive` (the address that the upload answered as `file`), and if wanted `name` and `comment`. Single quotes are taken too.",
            "{'name':'app.war','archive':'http://127.0.0.1:8080/deploy/archives/0123456789abcdef0123456789abcdef/app.war','link':0,'size':1024,'comment':'nightly'}",
        ),
    ],
    answer: r#"{"result":0,"response":{"result":0,"object":{"id":1,"name":"app.war","comment":"nightly","archive":"http://127.0.0.1:8080/deploy/archives/0123456789abcdef0123456789abcdef/app.war","size":1024,"createdOn":"2026-11-24 10:00:00"}}}"#,
    codes: &[Code::Forbidden, Code::NotFound],
    sets: &[ApiSet::MavenPlugin, ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    if params.opt_text("type")?.is_some_and(|kind| !kind.eq_ignore_ascii_case(TYPE)) {
        return Err(ApiError::bad("type", format!("it has to be {TYPE}")));
    }
    let data = object(params.text("data")?).map_err(|why| ApiError::bad("data", why))?;
    let text = |key: &str| data.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let address = text("archive").ok_or_else(|| ApiError::bad("data", "`archive` is missing"))?;
    let (name, comment) = (text("name"), text("comment").unwrap_or_default());
    let kept = call.keyrack.uploads.register_archive(&call.caller, &call.client, address, name, comment).await?;
    let public_url = &call.keyrack.settings().public_url;
    Answer::object(json!({ "response": { "result": 0, "object": archive(&kept, public_url) } }))
}
