//! The list of archives.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bean::Archive;
use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists the archives of the account, the oldest first.
#[derive(Deserialize, JsonSchema)]
pub struct GetArchives;

/// Archives.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Archives {
    response: List,
}

/// The list of archives.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ArchivesResponse")]
struct List {
    objects: Vec<Archive>,
    #[schemars(example = 0)]
    result: u8,
}

impl Method for GetArchives {
    const NAME: &str = "environment.deployment.GetArchives";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const SETS: &[ApiSet] = &[ApiSet::MavenPlugin, ApiSet::IdePlugins];
    type Answer = Archives;

    async fn run(self, call: &Call) -> Result<Archives, ApiError> {
        let archives = call.keyrack.uploads.archives(&call.caller).await?;
        let public_url = &call.keyrack.settings().public_url;
        let objects = archives.into_iter().map(|upload| Archive::of(upload, public_url)).collect();
        Ok(Archives { response: List { objects, result: 0 } })
    }
}
