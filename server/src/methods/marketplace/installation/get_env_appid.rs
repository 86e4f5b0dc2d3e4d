//! Its environment.

use keyrack_domain::Error;
use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::params::UniqueName;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Tells the appid of the environment that something is installed in.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetEnvAppid {
    app_unique_name: UniqueName,
}

/// The environment.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "InstallationAppid")]
pub struct Appid {
    #[schemars(example = &"4f1c2a5b6d4c7e8f90a1b2c3d4e5f60e")]
    appid: String,
}

impl Method for GetEnvAppid {
    const NAME: &str = "marketplace.installation.GetEnvAppid";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::Marketplace];
    const CODES: &[Code] = &[Code::NotFound];
    type Answer = Appid;

    async fn run(self, call: &Call) -> Result<Appid, ApiError> {
        let installed = call.keyrack.marketplace.installation(&call.caller, &self.app_unique_name.0).await?;
        match installed.environment {
            Some((_, appid)) => Ok(Appid { appid }),
            None => Err(Error::NotFound("it is installed in no environment".into()).into()),
        }
    }
}
