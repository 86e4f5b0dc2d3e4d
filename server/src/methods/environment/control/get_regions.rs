//! Where environments can be.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::parts::{REGION, REGION_NAME};
use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists the regions that environments can be in: this server.
#[derive(Deserialize, JsonSchema)]
pub struct GetRegions;

/// Where environments can be.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Regions {
    array: [Region; 1],
}

/// A place for environments.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Region {
    #[schemars(example = REGION_NAME)]
    display_name: &'static str,
    #[schemars(example = &"localhost")]
    domain: &'static str,
    hard_node_groups: [NodeGroup; 1],
    id: u32,
    #[schemars(example = true)]
    is_enabled: bool,
    is_remote: bool,
    #[schemars(example = REGION)]
    unique_name: &'static str,
}

/// A group of machines.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "HardwareNodeGroup")]
struct NodeGroup {
    #[schemars(example = REGION_NAME)]
    display_name: &'static str,
    id: u32,
    #[schemars(example = true)]
    is_enabled: bool,
    #[schemars(example = REGION)]
    unique_name: &'static str,
}

impl Method for GetRegions {
    const NAME: &str = "environment.control.GetRegions";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Caller;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins, ApiSet::Marketplace];
    type Answer = Regions;

    async fn run(self, _: &Call) -> Result<Regions, ApiError> {
        let nodes = NodeGroup { display_name: REGION_NAME, id: 1, is_enabled: true, unique_name: REGION };
        let here = Region {
            display_name: REGION_NAME,
            domain: "localhost",
            hard_node_groups: [nodes],
            id: 1,
            is_enabled: true,
            is_remote: false,
            unique_name: REGION,
        };
        Ok(Regions { array: [here] })
    }
}
