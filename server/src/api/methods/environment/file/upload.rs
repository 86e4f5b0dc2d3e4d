//! Sending a file to a node.

use std::sync::Arc;

use keyrack_domain::environments::FileSource;
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use keyrack_domain::uploads::Received;

use super::bean::responses;
use super::{ENV_NAME, MASTER_ONLY, NODE_GROUP, NODE_ID, NODE_TYPE, change};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.file.Upload",
    summary: "Puts a file into nodes: the one that comes with the call as the part `file` of a multipart form, or one that was uploaded before.",
    params: &[
        ENV_NAME,
        Param::required(
            "destPath",
            Kind::Text,
            "Where it goes, from the folder of the node on; one that ends with `/` is a folder.",
            "/www/logo.png",
        ),
        Param::optional(
            "sourcePath",
            Kind::Text,
            "Without a file in the call: the address that storage.uploader.Upload answered as `file`. Nothing is fetched from elsewhere.",
            "http://127.0.0.1:8080/deploy/archives/0123456789abcdef0123456789abcdef/logo.png",
        )
        .shown(),
        Param::optional("overwrite", Kind::YesNo, "Whether it replaces what is there; yes when absent.", "false"),
        NODE_ID,
        NODE_GROUP,
        NODE_TYPE,
        MASTER_ONLY,
    ],
    answer: r#"{"result":0,"responses":[{"result":0,"nodeid":1,"out":"","errOut":""}]}"#,
    codes: &[Code::Forbidden, Code::NotFound, Code::NotPermitted, Code::NoEnvironment, Code::Limit],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::WithFile(|call, file| Box::pin(run(call, file))),
};

async fn run(call: Call, file: Option<Arc<Received>>) -> Result<Answer, ApiError> {
    let params = &call.params;
    let source = match &file {
        Some(file) => FileSource::Received(file),
        None => FileSource::Address(params.text("sourcePath")?),
    };
    let (path, overwrite) = (params.text("destPath")?, params.opt_yes("overwrite")?.unwrap_or(true));
    let done = call
        .keyrack
        .environments
        .upload_file(&call.caller, &call.client, &change(params)?, source, path, overwrite)
        .await?;
    Answer::object(responses(&done))
}
