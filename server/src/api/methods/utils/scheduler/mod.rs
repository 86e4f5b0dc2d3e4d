//! `utils.scheduler`: calls that the server makes by itself.

mod create_account_task;
mod create_env_task;
mod delete_tasks;
mod edit_task;
mod get_tasks;

use keyrack_domain::scheduler::{NewTask, Task};
use keyrack_domain::types::dates::wire_moment;
use serde_json::{Value, json};

use crate::api::error::ApiError;
use crate::api::registry::{Class, Kind, Param};
use keyrack_wire::Params;

/// The class.
pub const METHODS: Class = Class::declared(&[
    create_account_task::METHOD,
    create_env_task::METHOD,
    delete_tasks::METHOD,
    edit_task::METHOD,
    get_tasks::METHOD,
]);

const TRIGGER: Param = Param::required(
    "trigger",
    Kind::Text,
    "When, in UTC: a cron expression (five fields), one of Quartz (six or seven), `cron:` before one, `once_delay:` before \
     milliseconds, or JSON with one of the two. Once in a minute at most.",
    "0 20 * * *",
);
const SCRIPT: Param = Param::required(
    "script",
    Kind::Text,
    "The method that is called; any that a token can carry and the caller may call.",
    "environment.control.StopEnv",
);
const PARAMS: Param = Param::optional(
    "params",
    Kind::Json,
    "The parameters of the method, as a JSON object. A credential is not among them.",
    r#"{"envName":"my-project"}"#,
);
const DESCRIPTION: Param = Param::optional("description", Kind::Text, "What it is for.", "Stop at night");

const OBJECT: &str = r#"{"result":0,"object":{"id":1,"script":"environment.control.StopEnv","trigger":"0 20 * * *","description":"Stop at night","params":{"envName":"my-project"},"type":"ACCOUNT","uid":7,"createdOn":"2026-11-24 10:00:00","nextRun":"2026-11-24 20:00:00"}}"#;

fn new_task(params: &Params) -> Result<NewTask, ApiError> {
    Ok(NewTask {
        schedule: params.text("trigger")?.to_owned(),
        method: params.text("script")?.to_owned(),
        params: params.opt_text("params")?.map(str::to_owned),
        description: params.opt_text("description")?.unwrap_or_default().to_owned(),
    })
}

fn task(task: &Task) -> Value {
    let last = task.last_run.as_ref();
    json!({
        "id": task.id,
        "script": task.method,
        "trigger": task.schedule,
        "description": task.description,
        "params": task.params,
        "type": if task.environment.is_some() { "ENV" } else { "ACCOUNT" },
        "envName": task.environment,
        "uid": task.user,
        "tokenId": task.token,
        "createdOn": wire_moment(task.created),
        "nextRun": task.next_run.map(wire_moment),
        "lastRun": last.map(|last| wire_moment(last.at)),
        "lastResult": last.map(|last| last.result),
        "lastError": last.and_then(|last| last.error.clone()),
    })
}
