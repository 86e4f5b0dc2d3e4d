//! The tags that a node can run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::params::{EnvName, NodeId};
use super::image::template_of_node;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists the tags of the image of a node, and which of them it runs.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetNodeTags {
    env_name: EnvName,
    node_id: NodeId,
}

/// Tags that a node can run.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NodeTags {
    array: Vec<Tag>,
}

/// A tag of an image.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "NodeTag")]
struct Tag {
    /// Whether the node runs it.
    #[schemars(example = true)]
    current: bool,
    /// Names the content that the node runs, or ran, by this tag; absent for a process.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    digest: Option<String>,
    #[schemars(example = &"keyrack/web")]
    image: String,
    #[schemars(example = &"latest")]
    name: String,
}

impl Method for GetNodeTags {
    const NAME: &str = "environment.control.GetNodeTags";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::NotFound, Code::NoEnvironment];
    type Answer = NodeTags;

    async fn run(self, call: &Call) -> Result<NodeTags, ApiError> {
        let (runs, template) = template_of_node(call, &self.env_name, self.node_id).await?;
        let digest = |tag: &str| {
            let former = runs.facts.former.as_ref().filter(|former| former.tag == tag);
            if tag == runs.image.tag { runs.facts.digest.clone() } else { former.and_then(|one| one.digest.clone()) }
        };
        let tag = |name: String| Tag {
            current: name == runs.image.tag,
            digest: digest(&name),
            image: template.name.clone(),
            name,
        };
        Ok(NodeTags { array: template.tags.into_iter().map(tag).collect() })
    }
}
