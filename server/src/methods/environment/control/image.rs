//! Images of this server.

use keyrack_domain::Error;
use keyrack_domain::engine::{ImageRef, Template};
use keyrack_domain::environments::Node;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::params::NodeId;
use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;

/// The image, with or without a tag.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(example = &"keyrack/web")]
pub struct Image(#[schemars(with = "String")] ImageRef);

impl TryFrom<String> for Image {
    type Error = String;

    fn try_from(text: String) -> Result<Image, String> {
        ImageRef::parse(&text).map(Image)
    }
}

impl Image {
    /// What this server knows of it.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none.
    pub async fn template(&self, call: &Call) -> Result<Template, ApiError> {
        template(call, &self.0.name).await
    }
}

/// Accepted for compatibility; images are those of this server.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(from = "String")]
#[schemars(example = &"docker.io")]
pub struct Registry;

impl From<String> for Registry {
    fn from(_: String) -> Registry {
        Registry
    }
}

/// Tags of an image.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ImageTags")]
pub struct Tags {
    #[schemars(example = ["1", "2", "latest"])]
    pub object: Vec<String>,
}

/// What the node with the number runs, and its image.
///
/// # Errors
/// [`Error::NoEnvironment`], [`Error::NotFound`] for the node or its image.
pub async fn template_of_node(call: &Call, name: &str, node: NodeId) -> Result<(Node, Template), ApiError> {
    let NodeId(number) = node;
    let environment = call.keyrack.environments.get(&call.caller, name).await?;
    let node = environment
        .nodes()
        .find(|node| node.id.0 == number)
        .ok_or_else(|| Error::NotFound(format!("environment “{}” has no node {number}", environment.name).into()))?;
    match template(call, &node.image.name).await {
        // What registries have is theirs to say; what the node runs, and ran before, is known.
        Err(_) if node.facts.digest.is_some() => {
            let former = node.facts.former.iter().map(|former| former.tag.clone());
            let mut tags: Vec<String> = std::iter::once(node.image.tag.clone()).chain(former).collect();
            tags.dedup();
            let name = node.image.name.clone();
            Ok((node.clone(), Template { name, summary: String::new(), tags, listens: node.facts.listens }))
        }
        found => Ok((node.clone(), found?)),
    }
}

async fn template(call: &Call, name: &str) -> Result<Template, ApiError> {
    let found = call.keyrack.environments.templates().await?.into_iter().find(|template| template.name == name);
    found.ok_or_else(|| Error::NotFound(format!("there is no image “{name}” on this server").into()).into())
}
