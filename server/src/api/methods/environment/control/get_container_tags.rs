//! The tags of an image.

use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::Secret;
use schemars::JsonSchema;
use serde::Deserialize;

use super::image::{Image, Registry, Tags};
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::method::{Method, Right};
use crate::api::registry::Effect;

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
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::NotFound];
    type Answer = Tags;

    async fn run(self, call: &Call) -> Result<Tags, ApiError> {
        Ok(Tags { object: self.image.template(call).await?.tags })
    }
}
