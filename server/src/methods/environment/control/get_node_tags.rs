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
    /// The tag; the digest, for a content that has no other name any more. Redeploying takes both.
    #[schemars(example = &"latest")]
    name: String,
    /// Names the content that the registry has for the tag by now, when the node runs another one; redeploying gets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    newer: Option<String>,
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
        let newer = call.keyrack.environments.newer_content(&call.caller, &self.env_name, &runs).await?;
        let former =
            runs.facts.former.as_ref().and_then(|former| Some((former.name(&runs.image), former.digest.clone()?)));
        let tag = |name: String| {
            let current = name == runs.image.tag;
            let former = former.as_ref().filter(|(former, _)| *former == name).map(|(_, digest)| digest.clone());
            let digest = if current { runs.facts.digest.clone() } else { former };
            let newer = newer.clone().filter(|_| current);
            Tag { current, digest, image: template.name.clone(), name, newer }
        };
        Ok(NodeTags { array: template.tags.into_iter().map(tag).collect() })
    }
}
