//! A task of the account.

use keyrack_wire::Object;
use schemars::JsonSchema;
use serde::Deserialize;

use super::bean::Task;
use super::params::{Purpose, Script, ScriptParams, Trigger, new_task};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Calls a method at set times. It runs with the rights that the caller has at each run; a token that makes it lets it do what
/// the token may do then.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateAccountTask {
    trigger: Trigger,
    script: Script,
    params: Option<ScriptParams>,
    #[serde(default)]
    description: Purpose,
}

impl Method for CreateAccountTask {
    const NAME: &str = "utils.scheduler.CreateAccountTask";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::Forbidden, Code::Limit];
    type Answer = Object<Task>;

    async fn run(self, call: &Call) -> Result<Object<Task>, ApiError> {
        let new = new_task(self.trigger, self.script, self.params, self.description);
        let made = call.keyrack.scheduler.create(&call.caller, &call.client, None, new).await?;
        Ok(Object { object: made.into() })
    }
}
