//! An action.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::installation;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Carries out an action of an installed manifest; answers at its end.
#[derive(Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ExecuteAppAction(installation::ExecuteAction);

impl Method for ExecuteAppAction {
    const NAME: &str = "marketplace.jps.ExecuteAppAction";
    const RIGHT: Right = installation::ExecuteAction::RIGHT;
    const EFFECT: Effect = installation::ExecuteAction::EFFECT;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = installation::ExecuteAction::SETS;
    const CODES: &[Code] = installation::ExecuteAction::CODES;
    type Answer = <installation::ExecuteAction as Method>::Answer;

    async fn run(self, call: &Call) -> Result<Self::Answer, ApiError> {
        self.0.run(call).await
    }
}
