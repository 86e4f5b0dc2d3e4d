//! A task of an environment.

use keyrack_wire::Object;
use schemars::JsonSchema;
use serde::Deserialize;

use super::bean::Task;
use super::params::{Purpose, Script, ScriptParams, Trigger, new_task};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Calls a method for an environment at set times, as CreateAccountTask does; `envName` is among its parameters by itself, and
/// the task goes with the environment.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateEnvTask {
    /// The environment; without it, it is a task of the account.
    #[schemars(example = &"my-project", extend("x-shown" = true))]
    env_name: Option<String>,
    trigger: Trigger,
    script: Script,
    params: Option<ScriptParams>,
    #[serde(default)]
    description: Purpose,
}

impl Method for CreateEnvTask {
    const NAME: &str = "utils.scheduler.CreateEnvTask";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::Forbidden, Code::NoEnvironment, Code::Limit];
    type Answer = Object<Task>;

    async fn run(self, call: &Call) -> Result<Object<Task>, ApiError> {
        let environment = self.env_name.as_deref();
        let new = new_task(self.trigger, self.script, self.params, self.description);
        let made = call.keyrack.scheduler.create(&call.caller, &call.client, environment, new).await?;
        Ok(Object { object: made.into() })
    }
}
