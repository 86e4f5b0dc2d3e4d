//! Deploying, as clients of older days call it.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::deployment::DeployArchive;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Makes an uploaded archive (zip, war, tar, tar.gz) the content of a context, as environment.deployment.DeployArchive
/// does.
#[derive(Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct DeployApp(DeployArchive);

impl Method for DeployApp {
    const NAME: &str = "environment.control.DeployApp";
    const RIGHT: Right = DeployArchive::RIGHT;
    const EFFECT: Effect = DeployArchive::EFFECT;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = DeployArchive::SETS;
    const CODES: &[Code] = DeployArchive::CODES;
    type Answer = <DeployArchive as Method>::Answer;

    async fn run(self, call: &Call) -> Result<Self::Answer, ApiError> {
        self.0.run(call).await
    }
}
