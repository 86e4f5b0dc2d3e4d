//! Whether something changed.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Tells a text that is another one as soon as anything of the catalogue is.
#[derive(Deserialize, JsonSchema)]
pub struct GetChecksum;

/// The text.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CatalogueChecksum")]
pub struct Checksum {
    #[schemars(example = &"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    checksum: String,
}

impl Method for GetChecksum {
    const NAME: &str = "marketplace.app.GetChecksum";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const SETS: &[ApiSet] = &[ApiSet::Marketplace];
    type Answer = Checksum;

    async fn run(self, call: &Call) -> Result<Checksum, ApiError> {
        Ok(Checksum { checksum: call.keyrack.marketplace.app_checksum(&call.caller).await? })
    }
}
