//! What was done on nodes, one by one.

use keyrack_domain::environments::NodeOutput;
use keyrack_domain::ids::NodeId;
use schemars::JsonSchema;
use serde::Serialize;

use crate::dispatch::error::Code;

/// That it was done on these nodes.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "NodeResponses")]
pub struct Responses {
    responses: Vec<Response>,
}

/// That it was done on a node.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "NodeResponse")]
struct Response {
    #[schemars(example = &"")]
    err_out: &'static str,
    #[schemars(example = 1)]
    nodeid: i64,
    #[schemars(example = &"")]
    out: &'static str,
    #[schemars(example = 0)]
    result: u8,
}

impl Responses {
    pub fn done_on(nodes: impl IntoIterator<Item = NodeId>) -> Responses {
        let one = |node: NodeId| Response { err_out: "", nodeid: node.0, out: "", result: 0 };
        Responses { responses: nodes.into_iter().map(one).collect() }
    }
}

/// What commands brought.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CommandOutputs")]
pub struct Outputs {
    responses: Vec<Output>,
}

/// What commands brought on a node. One that failed has its code here: it was executed, as was asked.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CommandOutput")]
struct Output {
    #[schemars(example = &"")]
    err_out: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[schemars(example = 0)]
    exit_status: i32,
    #[schemars(example = 1)]
    nodeid: i64,
    #[schemars(example = &"total 0\n")]
    out: String,
    #[schemars(example = 0)]
    result: i64,
}

impl Outputs {
    pub fn of(outputs: Vec<NodeOutput>) -> Outputs {
        Outputs { responses: outputs.into_iter().map(Output::from).collect() }
    }
}

impl From<NodeOutput> for Output {
    fn from(output: NodeOutput) -> Output {
        let failed = output.exit_status != 0 || !output.in_time;
        let error = match (failed, output.in_time) {
            (false, _) => None,
            (true, true) => Some(format!("a command ended with exit status {}", output.exit_status)),
            (true, false) => Some("a command took too long and was ended".to_owned()),
        };
        Output {
            err_out: output.err,
            error,
            exit_status: output.exit_status,
            nodeid: output.node.0,
            out: output.out,
            result: if failed { Code::Internal.number() } else { 0 },
        }
    }
}
