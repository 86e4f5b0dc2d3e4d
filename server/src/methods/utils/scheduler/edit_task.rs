//! Changing a task.

use keyrack_wire::Object;
use schemars::JsonSchema;
use serde::Deserialize;

use super::bean::Task;
use super::params::{Purpose, Script, ScriptParams, Trigger, new_task};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Changes a task. From then on it runs with the rights of who changed it.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EditTask {
    /// The number of the task.
    #[schemars(example = 1)]
    id: i64,
    trigger: Trigger,
    script: Script,
    params: Option<ScriptParams>,
    #[serde(default)]
    description: Purpose,
}

impl Method for EditTask {
    const NAME: &str = "utils.scheduler.EditTask";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound];
    type Answer = Object<Task>;

    async fn run(self, call: &Call) -> Result<Object<Task>, ApiError> {
        let new = new_task(self.trigger, self.script, self.params, self.description);
        let changed = call.keyrack.scheduler.edit(&call.caller, &call.client, self.id, new).await?;
        Ok(Object { object: changed.into() })
    }
}
