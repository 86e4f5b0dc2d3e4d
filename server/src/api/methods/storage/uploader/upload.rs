//! Sending a file to the server.

use std::sync::Arc;

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use keyrack_domain::uploads::Received;
use serde_json::json;

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "storage.uploader.Upload",
    summary: "Takes a file in, the part `file` of a multipart form, and answers its address. It stays for a day, or until it is removed once it is registered as an archive.",
    params: &[Param::optional("fid", Kind::Text, "Accepted for compatibility: plug-ins send any text.", "123456")],
    answer: r#"{"result":0,"file":"http://127.0.0.1:8080/deploy/archives/0123456789abcdef0123456789abcdef/app.war","src":"http://127.0.0.1:8080/deploy/archives/0123456789abcdef0123456789abcdef/app.war","name":"app.war","size":1024}"#,
    codes: &[Code::Parameter, Code::Forbidden, Code::Limit],
    sets: &[ApiSet::MavenPlugin, ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: true,
    run: Run::WithFile(|call, file| Box::pin(run(call, file))),
};

async fn run(call: Call, file: Option<Arc<Received>>) -> Result<Answer, ApiError> {
    let file = file.ok_or_else(|| {
        ApiError::Request(
            "invalid parameter [file]: it is required, as a part of a multipart form (Content-Type: multipart/form-data)"
                .into(),
        )
    })?;
    let kept = call.keyrack.uploads.keep(&call.caller, &call.client, &file).await?;
    let address = kept.address(&call.keyrack.settings().public_url);
    Answer::object(json!({ "file": address, "src": address, "name": kept.name, "size": kept.size }))
}
