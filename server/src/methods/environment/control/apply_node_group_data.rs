//! What clients keep with a layer, as clients of older days call it.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::nodegroup::ApplyData;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Puts values into what clients keep with a layer; `null` takes one out.
#[derive(Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ApplyNodeGroupData(ApplyData);

impl Method for ApplyNodeGroupData {
    const NAME: &str = "environment.control.ApplyNodeGroupData";
    const RIGHT: Right = ApplyData::RIGHT;
    const EFFECT: Effect = ApplyData::EFFECT;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = ApplyData::CODES;
    type Answer = <ApplyData as Method>::Answer;

    async fn run(self, call: &Call) -> Result<Self::Answer, ApiError> {
        self.0.run(call).await
    }
}
