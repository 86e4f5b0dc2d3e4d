//! One action.

use keyrack_domain::Error;
use keyrack_domain::environments::ActionFilter;
use keyrack_wire::Object;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Tells what became of one action.
#[derive(Deserialize, JsonSchema)]
pub struct GetAction {
    /// The number of the action; the newest one without it.
    #[schemars(example = 3)]
    id: Option<i64>,
}

impl Method for GetAction {
    const NAME: &str = "environment.tracking.GetAction";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::NotFound];
    type Answer = Object<Action>;

    async fn run(self, call: &Call) -> Result<Object<Action>, ApiError> {
        let found = match self.id {
            Some(id) => call.keyrack.environments.action(&call.caller, id).await?,
            None => {
                let filter = ActionFilter { count: Some(1), ..ActionFilter::default() };
                let newest = call.keyrack.environments.actions(&call.caller, filter).await?.pop();
                newest.ok_or(Error::NotFound("there is no action yet".into()))?
            }
        };
        Ok(Object { object: found.into() })
    }
}
