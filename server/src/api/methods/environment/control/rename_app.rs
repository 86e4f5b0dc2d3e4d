//! Another context, as clients of older days call it.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::deployment::RenameContext;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::method::{Method, Right};
use crate::api::registry::Effect;

/// Moves what is deployed in one context to another one, which has to be free.
#[derive(Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct RenameApp(RenameContext);

impl Method for RenameApp {
    const NAME: &str = "environment.control.RenameApp";
    const RIGHT: Right = RenameContext::RIGHT;
    const EFFECT: Effect = RenameContext::EFFECT;
    const SETS: &[ApiSet] = RenameContext::SETS;
    const CODES: &[Code] = RenameContext::CODES;
    type Answer = <RenameContext as Method>::Answer;

    async fn run(self, call: &Call) -> Result<Self::Answer, ApiError> {
        self.0.run(call).await
    }
}
