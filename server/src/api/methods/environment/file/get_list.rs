//! What is in a folder.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

use super::bean::{file, is_meant};
use super::{ENV_NAME, NODE_GROUP, NODE_ID, NODE_TYPE, look_by_type};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.file.GetList",
    summary: "Lists a folder of a node, folders first.",
    params: &[
        ENV_NAME,
        Param::optional(
            "path",
            Kind::Text,
            "The folder, from the folder of the node on; that itself when absent.",
            "/www",
        ),
        Param::optional("filter", Kind::Text, "Only names that hold this text; `*` stands for anything.", "*.html"),
        NODE_ID,
        NODE_GROUP,
        NODE_TYPE,
    ],
    answer: r#"{"result":0,"coreRootPath":"/","path":"/www","object":[{"name":"index.html","path":"/www/index.html","isdir":false,"size":120,"lastModified":"2026-11-24 10:00:00","permissions":"rw-r--r--"}]}"#,
    codes: &[Code::Forbidden, Code::NotFound, Code::NotPermitted, Code::NoEnvironment, Code::Limit],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let path = call.params.opt_text("path")?.unwrap_or("/");
    let filter = call.params.opt_text("filter")?;
    let entries = call.keyrack.environments.list_files(&call.caller, &look_by_type(&call.params)?, path).await?;
    let files: Vec<_> = entries.iter().filter(|entry| is_meant(entry, filter)).map(file).collect();
    Answer::object(json!({ "coreRootPath": "/", "path": path, "object": files }))
}
