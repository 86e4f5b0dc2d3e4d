//! The tags of an image.

use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::Secret;
use schemars::JsonSchema;
use serde::Deserialize;

use super::image::{Image, Registry, Tags};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists the tags of an image of this server.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetContainerTags {
    image: Image,
    _registry: Option<Registry>,
    /// Accepted for compatibility.
    #[schemars(example = &"user")]
    _user_name: Option<String>,
    /// Accepted for compatibility.
    #[schemars(example = &"secret")]
    _password: Option<Secret>,
}

impl Method for GetContainerTags {
    const NAME: &str = "environment.control.GetContainerTags";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::NotFound];
    type Answer = Tags;

    async fn run(self, call: &Call) -> Result<Tags, ApiError> {
        Ok(Tags { object: self.image.template(call).await?.tags })
    }
}
