//! What was done.

use keyrack_domain::environments::ActionFilter;
use keyrack_wire::{Count, End};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Actions;
use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists what was done in the account, the newest first.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetUidActions {
    /// How many at most, 500 without it.
    #[schemars(example = 20)]
    count: Option<Count>,
    /// Only what began at this moment or later.
    #[schemars(example = &"2026-11-01 00:00:00")]
    starttime: Option<End>,
    /// Only what began at this moment or earlier.
    #[schemars(example = &"2026-11-30 23:59:59")]
    endtime: Option<End>,
    /// Only these kinds.
    #[serde(default)]
    #[schemars(example = &"environment.stop")]
    action_types: Vec<String>,
}

impl Method for GetUidActions {
    const NAME: &str = "environment.tracking.GetUidActions";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::List;
    type Answer = Actions;

    async fn run(self, call: &Call) -> Result<Actions, ApiError> {
        let filter = ActionFilter {
            running_only: false,
            from: self.starttime.and_then(End::moment),
            to: self.endtime.and_then(End::moment),
            count: self.count.map(|count| count.0),
        };
        let actions = call.keyrack.environments.actions(&call.caller, filter).await?;
        let kinds = &self.action_types;
        Ok(Actions::of(actions.into_iter().filter(|action| kinds.is_empty() || kinds.contains(&action.kind))))
    }
}
