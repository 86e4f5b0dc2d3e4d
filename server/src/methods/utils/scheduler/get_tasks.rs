//! The tasks.

use keyrack_wire::Ids;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bean::Task;
use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists the tasks of the account, with their next runs and how the last ones went. Parameters may hold secrets.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetTasks {
    /// Only these.
    #[schemars(example = &"1,2")]
    ids: Option<Ids>,
}

/// Tasks of the account.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ScheduledTasks")]
pub struct Tasks {
    objects: Vec<Task>,
}

impl Method for GetTasks {
    const NAME: &str = "utils.scheduler.GetTasks";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::List;
    type Answer = Tasks;

    async fn run(self, call: &Call) -> Result<Tasks, ApiError> {
        let mut tasks = call.keyrack.scheduler.read_tasks(&call.caller, &call.client).await?;
        if let Some(Ids::These(ids)) = self.ids {
            tasks.retain(|task| ids.contains(&task.id));
        }
        Ok(Tasks { objects: tasks.into_iter().map(Task::from).collect() })
    }
}
