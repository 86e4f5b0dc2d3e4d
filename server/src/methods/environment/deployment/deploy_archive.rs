//! Deploying.

use keyrack_domain::environments::{Hooks, NewDeployment};
use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::Json;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::params::{EnvName, LayerName};
use super::bean::{ADDRESS, NodesDone};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Makes an uploaded archive (zip, war, tar, tar.gz) the content of a context. The former content stays when it fails.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeployArchive {
    #[schemars(extend("x-aliases" = ["domain"]))]
    env_name: EnvName,
    /// The address that storage.uploader.Upload answered as `file`; nothing is fetched from elsewhere.
    #[schemars(example = ADDRESS, extend("x-aliases" = ["archiveUri"]))]
    file_url: String,
    /// What the archive is called from now on.
    #[schemars(example = &"app.war", extend("x-aliases" = ["archiveName"]))]
    file_name: String,
    /// ROOT (also when absent) for what is served at `/`, or the first part of the path.
    #[schemars(example = &"shop", extend("x-aliases" = ["newContext"]))]
    context: Option<String>,
    /// The layer; `cp` when absent, or the only one.
    node_group: Option<LayerName>,
    hooks: Option<HooksInOne>,
    /// The same as in `hooks`.
    #[schemars(example = &"echo before")]
    pre_deploy_hook: Option<String>,
    /// The same as in `hooks`.
    #[schemars(example = &"echo after")]
    post_deploy_hook: Option<String>,
}

/// Commands for each node, before (when one fails, nothing is deployed) and after.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(try_from = "Json<Value>")]
#[schemars(example = &r#"{"preDeployHook":"echo before","postDeployHook":"echo after"}"#)]
struct HooksInOne(Map<String, Value>);

impl TryFrom<Json<Value>> for HooksInOne {
    type Error = &'static str;

    fn try_from(Json(hooks): Json<Value>) -> Result<HooksInOne, &'static str> {
        match hooks {
            Value::Object(hooks) => Ok(HooksInOne(hooks)),
            Value::Null => Ok(HooksInOne::default()),
            _ => Err("it has to be an object with preDeployHook and postDeployHook"),
        }
    }
}

impl HooksInOne {
    /// The hook that was given by itself, or else the first of these that is here.
    fn or(&self, own: Option<String>, names: [&str; 2]) -> Option<String> {
        let here = || names.iter().find_map(|name| self.0.get(*name)?.as_str()).map(str::to_owned);
        own.or_else(here).filter(|hook| !hook.trim().is_empty())
    }
}

impl Method for DeployArchive {
    const NAME: &str = "environment.deployment.DeployArchive";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::MavenPlugin, ApiSet::IdePlugins];
    const CODES: &[Code] = &[
        Code::Forbidden,
        Code::NotFound,
        Code::NoEnvironment,
        Code::WrongState,
        Code::Limit,
        Code::DeployFailed,
        Code::DamagedArchive,
        Code::EmptyArchive,
    ];
    type Answer = NodesDone;

    async fn run(self, call: &Call) -> Result<NodesDone, ApiError> {
        let hooks = self.hooks.unwrap_or_default();
        let new = NewDeployment {
            environment: self.env_name.to_owned(),
            group: self.node_group.map(|layer| layer.0),
            context: self.context.unwrap_or_default(),
            archive: self.file_url,
            name: Some(self.file_name),
            hooks: Hooks {
                pre_deploy: hooks.or(self.pre_deploy_hook, ["preDeployHook", "preDeploy"]),
                post_deploy: hooks.or(self.post_deploy_hook, ["postDeployHook", "postDeploy"]),
            },
        };
        Ok(NodesDone::of(call.keyrack.environments.deploy(&call.caller, &call.client, new).await?))
    }
}
