//! Taking away what is deployed, as clients of older days call it.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::deployment::Undeploy;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Takes away what is deployed in a context; other contexts stay.
#[derive(Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct RemoveApp(Undeploy);

impl Method for RemoveApp {
    const NAME: &str = "environment.control.RemoveApp";
    const RIGHT: Right = Undeploy::RIGHT;
    const EFFECT: Effect = Undeploy::EFFECT;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = Undeploy::SETS;
    const CODES: &[Code] = Undeploy::CODES;
    type Answer = <Undeploy as Method>::Answer;

    async fn run(self, call: &Call) -> Result<Self::Answer, ApiError> {
        self.0.run(call).await
    }
}
