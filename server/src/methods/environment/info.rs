//! What is answered about environments, and to whom.

use keyrack_domain::environments;
use keyrack_domain::types::accounts::Role;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::parts::{Environment, Parts};

/// One environment with everything.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "EnvironmentInfo")]
pub struct Info {
    #[serde(flatten)]
    parts: Parts,
    /// The role of who asks, in capitals.
    #[schemars(example = &"OWNER")]
    right: String,
}

/// One environment with everything inside another answer, where it has a result of its own.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "EnvironmentInfoWithResult")]
pub struct InfoWithResult {
    #[serde(flatten)]
    parts: Parts,
    #[schemars(example = 0)]
    result: u8,
    /// The role of who asks, in capitals.
    #[schemars(example = &"OWNER")]
    right: String,
}

/// One environment as the response of what was done to it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "EnvironmentResponse")]
pub struct InfoResponse {
    response: InfoWithResult,
}

/// Environments with everything.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "EnvironmentInfos")]
pub struct Infos {
    infos: Vec<InfoWithResult>,
}

/// Environments in short.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BasicEnvironmentInfos")]
pub struct BasicInfos {
    infos: Vec<BasicInfo>,
}

/// One environment in short.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "BasicEnvironmentInfo")]
struct BasicInfo {
    env: Environment,
    /// The groups that it is in.
    #[schemars(example = json!([]))]
    env_groups: Vec<String>,
    node_groups: Vec<BasicLayer>,
    #[schemars(example = 0)]
    result: u8,
    /// The role of who asks, in capitals.
    #[schemars(example = &"OWNER")]
    right: String,
}

/// A layer by its name.
#[derive(Debug, Serialize, JsonSchema)]
struct BasicLayer {
    #[schemars(example = &"cp")]
    name: String,
}

impl Info {
    pub fn of(environment: environments::Environment, role: Role) -> Info {
        Info { parts: environment.into(), right: right(role) }
    }
}

impl From<Info> for InfoWithResult {
    fn from(info: Info) -> InfoWithResult {
        InfoWithResult { parts: info.parts, result: 0, right: info.right }
    }
}

impl InfoWithResult {
    pub fn of(environment: environments::Environment, role: Role) -> InfoWithResult {
        InfoWithResult { parts: environment.into(), result: 0, right: right(role) }
    }
}

impl InfoResponse {
    pub fn of(environment: environments::Environment, role: Role) -> InfoResponse {
        InfoResponse { response: InfoWithResult::of(environment, role) }
    }
}

impl Infos {
    pub fn of(environments: impl Iterator<Item = environments::Environment>, role: Role) -> Infos {
        Infos { infos: environments.map(|environment| InfoWithResult::of(environment, role)).collect() }
    }
}

impl BasicInfos {
    pub fn of(environments: impl Iterator<Item = environments::Environment>, role: Role) -> BasicInfos {
        let basic = |environment: environments::Environment| {
            let Parts { env, env_groups, node_groups, .. } = environment.into();
            let node_groups = node_groups.into_iter().map(|layer| BasicLayer { name: layer.name }).collect();
            BasicInfo { env, env_groups, node_groups, result: 0, right: right(role) }
        };
        BasicInfos { infos: environments.map(basic).collect() }
    }
}

fn right(role: Role) -> String {
    role.name().to_uppercase()
}
