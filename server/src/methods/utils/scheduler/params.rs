//! Parameters that say what a task does.

use keyrack_domain::scheduler::NewTask;
use keyrack_wire::JsonText;
use schemars::JsonSchema;
use serde::Deserialize;

/// When, in UTC: a cron expression (five fields), one of Quartz (six or seven), `cron:` before one, `once_delay:` before
/// milliseconds, or JSON with one of the two. Once in a minute at most.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"0 20 * * *")]
pub struct Trigger(String);

/// The method that is called; any that a token can carry and the caller may call.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"environment.control.StopEnv")]
pub struct Script(String);

/// The parameters of the method, as a JSON object. A credential is not among them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &r#"{"envName":"my-project"}"#)]
pub struct ScriptParams(JsonText);

/// What it is for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"Stop at night")]
pub struct Purpose(String);

/// The task that they describe.
pub fn new_task(trigger: Trigger, script: Script, params: Option<ScriptParams>, description: Purpose) -> NewTask {
    NewTask {
        schedule: trigger.0,
        method: script.0,
        params: params.map(|params| str::to_owned(&params.0)),
        description: description.0,
    }
}
