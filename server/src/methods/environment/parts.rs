//! An environment with its layers and nodes, by the names that clients of the platform read.

use keyrack_domain::environments;
use keyrack_wire::Moment;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::empty::NoItems;
use super::layer::{Deployed, Layer};
use super::node::Node;

/// The one region there is: this server.
pub const REGION: &str = "local";

pub const REGION_NAME: &str = "This server";

/// Whether the environment is in an account of this user, or no user is named.
pub fn of_owner(environment: &environments::Environment, owner: Option<i64>) -> bool {
    owner.is_none_or(|owner| environment.owner.0 == owner)
}

/// An environment itself.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Environment {
    #[schemars(example = &"0123456789abcdef0123456789abcdef")]
    appid: String,
    /// What is deployed in it.
    #[schemars(example = json!([]))]
    contexts: Vec<Deployed>,
    created_on: Moment,
    creator_uid: i64,
    #[schemars(example = &"My project")]
    display_name: String,
    #[schemars(example = &"my-project.keyrack.local")]
    domain: String,
    #[schemars(example = &"my-project")]
    env_name: String,
    extdomains: NoItems,
    #[schemars(example = REGION)]
    hardware_node_group: String,
    host_group: HostGroup,
    is_firewall_enabled: bool,
    is_transferring: bool,
    ishaenabled: bool,
    #[schemars(example = &"my-project")]
    shortdomain: String,
    sslstate: bool,
    /// The number of its state.
    status: i64,
    /// The account's owner.
    uid: i64,
}

/// Where an environment is.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct HostGroup {
    #[schemars(example = REGION_NAME)]
    display_name: &'static str,
    #[schemars(example = REGION)]
    unique_name: String,
}

/// Everything about an environment that does not depend on who asks.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "EnvironmentParts")]
pub(super) struct Parts {
    pub(super) env: Environment,
    /// The groups that it is in.
    #[schemars(example = json!([]))]
    pub(super) env_groups: Vec<String>,
    pub(super) node_groups: Vec<Layer>,
    pub(super) nodes: Vec<Node>,
    pub(super) nodes_data: NoItems,
    pub(super) nodes_internal_domains: NoItems,
}

impl From<environments::Environment> for Parts {
    fn from(mut environment: environments::Environment) -> Parts {
        let (mut node_groups, mut nodes) = (Vec::new(), Vec::new());
        for mut layer in environment.layers.drain(..) {
            nodes.extend(layer.nodes.drain(..).map(Node::from));
            node_groups.push(Layer::from(layer));
        }
        let contexts = node_groups.iter().flat_map(|layer| &layer.deployments).cloned().collect();
        let region = environment.settings.region.take().unwrap_or_else(|| REGION.to_owned());
        let env = Environment {
            contexts,
            created_on: Moment(environment.created),
            creator_uid: environment.creator.0,
            domain: environment.domain(),
            extdomains: [],
            hardware_node_group: region.clone(),
            host_group: HostGroup { display_name: REGION_NAME, unique_name: region },
            is_firewall_enabled: false,
            is_transferring: false,
            ishaenabled: environment.settings.ha,
            shortdomain: environment.name.clone(),
            sslstate: environment.settings.ssl,
            status: environment.status.code(),
            uid: environment.owner.0,
            appid: environment.appid,
            display_name: environment.display_name,
            env_name: environment.name,
        };
        Parts { env, env_groups: environment.groups, node_groups, nodes, nodes_data: [], nodes_internal_domains: [] }
    }
}
