//! The version.

use keyrack_domain::marketplace::ENGINE_VERSION;
use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Tells the version of the platform whose manifests this server follows.
#[derive(Deserialize, JsonSchema)]
pub struct GetEngineVersion;

/// The version.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "EngineVersion")]
pub struct Version {
    #[schemars(example = ENGINE_VERSION)]
    version: &'static str,
}

impl Method for GetEngineVersion {
    const NAME: &str = "marketplace.jps.GetEngineVersion";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Caller;
    const SETS: &[ApiSet] = &[ApiSet::Marketplace];
    type Answer = Version;

    async fn run(self, _call: &Call) -> Result<Version, ApiError> {
        Ok(Version { version: ENGINE_VERSION })
    }
}
