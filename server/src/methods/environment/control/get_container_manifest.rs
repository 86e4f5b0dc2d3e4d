//! An image.

use keyrack_wire::{Object, Secret};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::image::{Image, Registry};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Tells what is known of an image of this server.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetContainerManifest {
    image: Image,
    _registry: Option<Registry>,
    /// Accepted for compatibility.
    #[schemars(example = &"user")]
    _user_name: Option<String>,
    /// Accepted for compatibility.
    #[schemars(example = &"secret")]
    _password: Option<Secret>,
    /// Accepted for compatibility.
    #[serde(default)]
    #[schemars(example = false)]
    _ignore_format: bool,
}

/// What is known of an image.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ImageManifest")]
pub struct Manifest {
    #[schemars(example = &"A small web application.")]
    description: String,
    #[schemars(example = &"keyrack/web")]
    image: String,
    /// Whether it answers on its port.
    #[schemars(example = true)]
    listens: bool,
    #[schemars(example = ["1", "2", "latest"])]
    tags: Vec<String>,
}

impl Method for GetContainerManifest {
    const NAME: &str = "environment.control.GetContainerManifest";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::NotFound];
    type Answer = Object<Manifest>;

    async fn run(self, call: &Call) -> Result<Object<Manifest>, ApiError> {
        let template = self.image.template(call).await?;
        Ok(Object {
            object: Manifest {
                description: template.summary,
                image: template.name,
                listens: template.listens,
                tags: template.tags,
            },
        })
    }
}
