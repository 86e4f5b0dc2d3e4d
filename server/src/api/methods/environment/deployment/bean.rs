//! Archives and deployments as JSON.

use keyrack_domain::environments::{Deployment, NodeOutput};
use keyrack_domain::ids::NodeId;
use keyrack_domain::types::dates::wire_moment;
use keyrack_domain::uploads::Upload;
use serde_json::{Value, json};

/// An archive.
pub fn archive(upload: &Upload, public_url: &str) -> Value {
    json!({
        "id": upload.id,
        "name": upload.name,
        "comment": upload.comment,
        "archive": upload.address(public_url),
        "size": upload.size,
        "createdOn": wire_moment(upload.created),
    })
}

/// What is deployed in a context.
pub fn deployment(deployment: &Deployment) -> Value {
    json!({
        "context": deployment.context,
        "type": "ARCHIVE",
        "archivename": deployment.archive,
        "size": deployment.size,
        "uid": deployment.user,
        "updatedOn": wire_moment(deployment.deployed),
    })
}

/// That it was done on these nodes. Scripts of the platform look into `response`, its methods answer beside it.
pub fn outputs(outputs: &[NodeOutput]) -> Value {
    let one =
        |output: &NodeOutput| json!({ "result": 0, "nodeid": output.node, "out": output.out, "errOut": output.err });
    both(outputs.iter().map(one).collect())
}

/// As [`outputs`], where nothing was executed.
pub fn nodes(nodes: &[NodeId]) -> Value {
    both(nodes.iter().map(|node| json!({ "result": 0, "nodeid": node, "out": "", "errOut": "" })).collect())
}

fn both(responses: Vec<Value>) -> Value {
    json!({ "responses": responses, "response": { "result": 0, "responses": responses } })
}
