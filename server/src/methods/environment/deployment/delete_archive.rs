//! Removing an archive.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Removes an archive from the account; what was deployed from it stays.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeleteArchive {
    /// The number of the archive.
    #[schemars(example = 1)]
    id: i64,
}

/// That it is removed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ArchiveDeleted {
    response: Deleted,
}

/// That it is removed, inside.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ArchiveDeletedResponse")]
struct Deleted {
    #[schemars(example = 0)]
    result: u8,
}

impl Method for DeleteArchive {
    const NAME: &str = "environment.deployment.DeleteArchive";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const SETS: &[ApiSet] = &[ApiSet::MavenPlugin, ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound];
    type Answer = ArchiveDeleted;

    async fn run(self, call: &Call) -> Result<ArchiveDeleted, ApiError> {
        call.keyrack.uploads.delete_archive(&call.caller, &call.client, self.id).await?;
        Ok(ArchiveDeleted { response: Deleted { result: 0 } })
    }
}
