//! Layers of environments and what is deployed in them, by the names that clients of the platform read.

use keyrack_domain::environments;
use keyrack_wire::Moment;
use schemars::JsonSchema;
use serde::Serialize;

use super::empty::NoItems;

/// The seconds that the platform waits between two nodes of a layer by default.
const DELAY: u32 = 30;

/// A layer.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Layer {
    pub(super) deployments: Vec<Deployed>,
    /// What people call it, when that was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    features: NoItems,
    #[serde(rename = "isSLBAccessEnabled")]
    is_slb_access_enabled: bool,
    is_sequential_deploy: bool,
    #[schemars(example = &"cp")]
    pub(super) name: String,
    redeploy_container_delay: u32,
    redeploy_context_delay: u32,
    restart_container_delay: u32,
    restart_node_delay: u32,
    #[schemars(example = &"STATELESS")]
    scaling_mode: &'static str,
    #[schemars(example = &"DOCKERIZED")]
    template_type: &'static str,
    #[schemars(example = &"ct")]
    v_type: &'static str,
}

/// What is deployed in a context.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "DeployedContext")]
pub(super) struct Deployed {
    #[schemars(example = &"app.war")]
    archivename: String,
    #[schemars(example = &"ROOT")]
    context: String,
    size: u64,
    #[serde(rename = "type")]
    #[schemars(example = &"ARCHIVE")]
    kind: &'static str,
    /// Who deployed it.
    uid: i64,
    updated_on: Moment,
}

impl From<environments::Deployment> for Deployed {
    fn from(deployment: environments::Deployment) -> Deployed {
        Deployed {
            archivename: deployment.archive,
            context: deployment.context,
            size: deployment.size,
            kind: "ARCHIVE",
            uid: deployment.user.0,
            updated_on: Moment(deployment.deployed),
        }
    }
}

impl From<environments::Layer> for Layer {
    fn from(layer: environments::Layer) -> Layer {
        Layer {
            deployments: layer.deployments.into_iter().map(Deployed::from).collect(),
            display_name: Some(layer.display_name).filter(|name| !name.is_empty()),
            features: [],
            is_slb_access_enabled: true,
            is_sequential_deploy: false,
            name: layer.name,
            redeploy_container_delay: DELAY,
            redeploy_context_delay: DELAY,
            restart_container_delay: DELAY,
            restart_node_delay: DELAY,
            scaling_mode: "STATELESS",
            template_type: "DOCKERIZED",
            v_type: "ct",
        }
    }
}
