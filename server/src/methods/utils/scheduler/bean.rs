//! Tasks as clients read them.

use keyrack_domain::scheduler;
use keyrack_wire::{AnyJson, Moment};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

/// A call that the server makes by itself.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ScheduledTask")]
pub struct Task {
    created_on: Moment,
    #[schemars(example = &"Stop at night")]
    description: String,
    /// Absent when it is a task of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    env_name: Option<String>,
    id: i64,
    /// Absent when the last run went well.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
    /// The result code of the last run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = 0)]
    last_result: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"2026-11-23 20:00:00")]
    last_run: Option<Moment>,
    /// Absent when it does not run any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"2026-11-24 20:00:00")]
    next_run: Option<Moment>,
    #[schemars(example = json!({ "envName": "my-project" }))]
    params: AnyJson,
    #[schemars(example = &"environment.control.StopEnv")]
    script: String,
    /// The token whose rights count, when one made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_id: Option<i64>,
    /// As it was written.
    #[schemars(example = &"0 20 * * *")]
    trigger: String,
    #[serde(rename = "type")]
    kind: Kind,
    /// Whose rights count.
    #[schemars(example = 7)]
    uid: i64,
}

/// What a task is for.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schemars(rename = "TaskKind")]
enum Kind {
    Account,
    Env,
}

impl From<scheduler::Task> for Task {
    fn from(task: scheduler::Task) -> Task {
        let (last_run, last_result, last_error) = match task.last_run {
            Some(last) => (Some(Moment(last.at)), Some(last.result), last.error),
            None => (None, None, None),
        };
        Task {
            created_on: Moment(task.created),
            description: task.description,
            kind: if task.environment.is_some() { Kind::Env } else { Kind::Account },
            env_name: task.environment,
            id: task.id,
            last_error,
            last_result,
            last_run,
            next_run: task.next_run.map(Moment),
            params: Value::Object(task.params).into(),
            script: task.method,
            token_id: task.token.map(|token| token.0),
            trigger: task.schedule,
            uid: task.user.0,
        }
    }
}
