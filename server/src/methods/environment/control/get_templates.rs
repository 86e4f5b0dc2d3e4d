//! What nodes can run.

use keyrack_domain::engine;
use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::params::OwnerUid;
use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists what nodes can run: images, and recipes of the operator.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetTemplates {
    /// Accepted for compatibility.
    #[schemars(example = &"ALL")]
    _type: Option<String>,
    _owner_uid: Option<OwnerUid>,
}

/// What nodes can run.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "NodeTemplates")]
pub struct Templates {
    array: Vec<Template>,
}

/// An image or a recipe.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "NodeTemplate")]
struct Template {
    #[schemars(example = &"A small web application.")]
    description: String,
    #[schemars(example = &"keyrack/web")]
    display_name: String,
    #[schemars(example = &"keyrack/web")]
    image: String,
    #[schemars(example = &"keyrack/web")]
    name: String,
    #[schemars(example = &"cp")]
    node_group: &'static str,
    #[schemars(example = &"docker")]
    node_type: &'static str,
    #[schemars(example = true)]
    published: bool,
    #[schemars(example = ["1", "2", "latest"])]
    tags: Vec<String>,
}

impl From<engine::Template> for Template {
    fn from(template: engine::Template) -> Template {
        Template {
            description: template.summary,
            display_name: template.name.clone(),
            image: template.name.clone(),
            name: template.name,
            node_group: "cp",
            node_type: "docker",
            published: true,
            tags: template.tags,
        }
    }
}

impl Method for GetTemplates {
    const NAME: &str = "environment.control.GetTemplates";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Caller;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    type Answer = Templates;

    async fn run(self, call: &Call) -> Result<Templates, ApiError> {
        let templates = call.keyrack.environments.templates().await?;
        Ok(Templates { array: templates.into_iter().map(Template::from).collect() })
    }
}
