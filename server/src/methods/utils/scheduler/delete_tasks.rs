//! Removing tasks.

use keyrack_wire::{Done, Ids};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Removes tasks: all of those named, or none. A run that is under way goes to its end.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeleteTasks {
    /// Their numbers, or `*` for all of the account.
    #[schemars(example = &"1,2")]
    ids: Ids,
}

impl Method for DeleteTasks {
    const NAME: &str = "utils.scheduler.DeleteTasks";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::NotFound];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let ids = match self.ids {
            Ids::These(ids) => ids,
            Ids::All => call.keyrack.scheduler.list(&call.caller).await?.iter().map(|task| task.id).collect(),
        };
        call.keyrack.scheduler.delete(&call.caller, &call.client, &ids).await?;
        Ok(Done {})
    }
}
