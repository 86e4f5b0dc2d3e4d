//! What was done with a manifest, by the names that clients of the platform read.

use keyrack_domain::marketplace;
use keyrack_domain::types::accounts::Role;
use keyrack_wire::Sorted;
use schemars::JsonSchema;
use serde::Serialize;

use super::examples::{APPID, UNIQUE_NAME};
use crate::methods::environment::{self, InfoWithResult};

/// An answer that the platform gives by a script: the whole of it is inside.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ResponseWith{T}")]
pub struct Response<T> {
    pub response: T,
}

/// That a script did it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ScriptSuccess")]
pub struct Success {
    #[schemars(example = 0)]
    result: u8,
}

/// That it was done, and nothing else.
pub type Nothing = Response<Success>;

impl Nothing {
    /// The only one there is.
    pub fn done() -> Nothing {
        Response { response: Success { result: 0 } }
    }
}

/// What was done: flat, as scripts read it, and as the answer of the platform's script inside.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{A}Outcome")]
pub struct Outcome<A> {
    /// The environment that it was done in, as GetEnvInfo answers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<InfoWithResult>,
    response: ScriptOutcome<A>,
    #[serde(flatten)]
    done: DoneFields<A>,
}

/// What was done, as the platform's script answers it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{A}ScriptOutcome")]
struct ScriptOutcome<A> {
    #[schemars(example = 0)]
    result: u8,
    #[serde(flatten)]
    environment: Option<environment::Info>,
    #[serde(flatten)]
    done: DoneFields<A>,
}

/// What was done.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct DoneFields<A> {
    action: A,
    #[schemars(example = UNIQUE_NAME)]
    app_unique_name: String,
    /// Absent when it made no environment and changed none, as are `envName` and `data`.
    #[serde(rename = "appid", skip_serializing_if = "Option::is_none")]
    #[schemars(example = APPID)]
    appid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"my-shop")]
    env_name: Option<String>,
    #[schemars(example = &"Done")]
    message: String,
    #[schemars(example = &"Static site")]
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"http://127.0.0.1:31000")]
    start_page: Option<String>,
    #[schemars(example = &"Done")]
    success_text: String,
    #[serde(rename = "type")]
    kind: Ended,
    #[schemars(example = UNIQUE_NAME)]
    unique_name: String,
}

/// How it ended.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
enum Ended {
    Success,
}

/// That a manifest was installed.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub enum Installing {
    Install,
}

/// That an action of a manifest was carried out.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub enum Acting {
    ExecuteAction,
}

impl<A: Clone> Outcome<A> {
    /// What was done, for a caller of this role.
    pub fn of(done: marketplace::Done, action: A, role: Role) -> Sorted<Outcome<A>> {
        let (appid, env_name) =
            done.environment.as_ref().map(|environment| (environment.appid.clone(), environment.name.clone())).unzip();
        let environment = done.environment.map(|environment| environment::Info::of(environment, role));
        let fields = DoneFields {
            action,
            app_unique_name: done.unique_name.clone(),
            appid,
            env_name,
            message: done.success_text.clone(),
            name: done.name,
            start_page: done.start_page,
            success_text: done.success_text,
            kind: Ended::Success,
            unique_name: done.unique_name,
        };
        Sorted(Outcome {
            data: environment.clone().map(InfoWithResult::from),
            response: ScriptOutcome { result: 0, environment, done: fields.clone() },
            done: fields,
        })
    }
}
