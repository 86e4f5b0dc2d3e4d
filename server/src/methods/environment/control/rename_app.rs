//! Another context, as clients of older days call it.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::deployment::RenameContext;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Moves what is deployed in one context to another one, which has to be free.
#[derive(Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct RenameApp(RenameContext);

impl Method for RenameApp {
    const NAME: &str = "environment.control.RenameApp";
    const RIGHT: Right = RenameContext::RIGHT;
    const EFFECT: Effect = RenameContext::EFFECT;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = RenameContext::SETS;
    const CODES: &[Code] = RenameContext::CODES;
    type Answer = <RenameContext as Method>::Answer;

    async fn run(self, call: &Call) -> Result<Self::Answer, ApiError> {
        self.0.run(call).await
    }
}
