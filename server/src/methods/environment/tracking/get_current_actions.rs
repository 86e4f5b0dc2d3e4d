//! What is being done now.

use keyrack_domain::environments::ActionFilter;
use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Actions;
use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists what is being done in the account now.
#[derive(Deserialize, JsonSchema)]
pub struct GetCurrentActions;

impl Method for GetCurrentActions {
    const NAME: &str = "environment.tracking.GetCurrentActions";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::List;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    type Answer = Actions;

    async fn run(self, call: &Call) -> Result<Actions, ApiError> {
        let filter = ActionFilter { running_only: true, ..ActionFilter::default() };
        Ok(Actions::of(call.keyrack.environments.actions(&call.caller, filter).await?))
    }
}
