//! Uninstalling.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::installation;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Carries out what an installed manifest does at its end, and forgets it; its environment stays.
#[derive(Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Uninstall(installation::Uninstall);

impl Method for Uninstall {
    const NAME: &str = "marketplace.jps.Uninstall";
    const RIGHT: Right = installation::Uninstall::RIGHT;
    const EFFECT: Effect = installation::Uninstall::EFFECT;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = installation::Uninstall::SETS;
    const CODES: &[Code] = installation::Uninstall::CODES;
    type Answer = <installation::Uninstall as Method>::Answer;

    async fn run(self, call: &Call) -> Result<Self::Answer, ApiError> {
        self.0.run(call).await
    }
}
