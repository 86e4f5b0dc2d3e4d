//! What is said of each node that something was done on.

use keyrack_domain::ids::NodeId;
use schemars::JsonSchema;
use serde::Serialize;

/// That it was done on these nodes.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "NodeResponses")]
pub struct Responses {
    responses: Vec<Response>,
}

impl Responses {
    pub fn of(nodes: impl IntoIterator<Item = NodeId>) -> Responses {
        let one = |node: NodeId| Response { err_out: "", nodeid: node.0, out: "", result: 0 };
        Responses { responses: nodes.into_iter().map(one).collect() }
    }
}

/// That it was done on this node.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "NodeResponse")]
struct Response {
    #[schemars(example = &"")]
    err_out: &'static str,
    /// The number of the node.
    #[schemars(example = 1)]
    nodeid: i64,
    #[schemars(example = &"")]
    out: &'static str,
    #[schemars(example = 0)]
    result: u8,
}
