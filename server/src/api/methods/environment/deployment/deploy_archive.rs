//! Deploying.

use keyrack_domain::environments::{Hooks, NewDeployment};
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::Value;

use super::bean::outputs;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};
use keyrack_wire::Params;

pub const METHOD: Method = Method {
    name: "environment.deployment.DeployArchive",
    summary: "Makes an uploaded archive (zip, war, tar, tar.gz) the content of a context. The former content stays when it fails.",
    params: &[
        Param::required(
            "envName",
            Kind::Text,
            "The environment: its short name in any case, its domain or its appid.",
            "my-project",
        )
        .or(&["domain"]),
        Param::required(
            "fileUrl",
            Kind::Text,
            "The address that storage.uploader.Upload answered as `file`; nothing is fetched from elsewhere.",
            "http://127.0.0.1:8080/deploy/archives/0123456789abcdef0123456789abcdef/app.war",
        )
        .or(&["archiveUri"]),
        Param::required("fileName", Kind::Text, "What the archive is called from now on.", "app.war")
            .or(&["archiveName"]),
        Param::optional(
            "context",
            Kind::Text,
            "ROOT (also when absent) for what is served at `/`, or the first part of the path.",
            "shop",
        )
        .or(&["newContext"]),
        Param::optional("nodeGroup", Kind::Text, "The layer; `cp` when absent, or the only one.", "cp"),
        Param::optional(
            "hooks",
            Kind::Json,
            "Commands for each node, before (when one fails, nothing is deployed) and after.",
            r#"{"preDeployHook":"echo before","postDeployHook":"echo after"}"#,
        ),
        Param::optional("preDeployHook", Kind::Text, "The same as in `hooks`.", "echo before"),
        Param::optional("postDeployHook", Kind::Text, "The same as in `hooks`.", "echo after"),
    ],
    answer: r#"{"result":0,"responses":[{"result":0,"nodeid":1,"out":"","errOut":""}],"response":{"result":0,"responses":[{"result":0,"nodeid":1,"out":"","errOut":""}]}}"#,
    codes: &[
        Code::Forbidden,
        Code::NotFound,
        Code::NoEnvironment,
        Code::WrongState,
        Code::Limit,
        Code::DeployFailed,
        Code::DamagedArchive,
        Code::EmptyArchive,
    ],
    sets: &[ApiSet::MavenPlugin, ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let new = NewDeployment {
        environment: params.text("envName")?.to_owned(),
        group: params.opt_text("nodeGroup")?.map(str::to_owned),
        context: params.opt_text("context")?.unwrap_or_default().to_owned(),
        archive: params.text("fileUrl")?.to_owned(),
        name: Some(params.text("fileName")?.to_owned()),
        hooks: hooks(params)?,
    };
    let done = call.keyrack.environments.deploy(&call.caller, &call.client, new).await?;
    Answer::object(outputs(&done))
}

/// Hooks of their own and those in one JSON.
fn hooks(params: &Params) -> Result<Hooks, ApiError> {
    let json = params.opt_json("hooks")?.unwrap_or(Value::Null);
    if !json.is_object() && !json.is_null() {
        return Err(ApiError::bad("hooks", "it has to be an object with preDeployHook and postDeployHook"));
    }
    let hook = |name: &'static str, short: &str| -> Result<Option<String>, ApiError> {
        let own = params.opt_text(name)?.map(str::to_owned);
        let text = |key: &str| json.get(key).and_then(Value::as_str).map(str::to_owned);
        Ok(own.or_else(|| text(name)).or_else(|| text(short)).filter(|hook| !hook.trim().is_empty()))
    };
    Ok(Hooks { pre_deploy: hook("preDeployHook", "preDeploy")?, post_deploy: hook("postDeployHook", "postDeploy")? })
}
