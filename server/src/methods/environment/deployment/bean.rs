//! Archives and deployments as JSON.

use keyrack_domain::environments::{self, NodeOutput};
use keyrack_domain::ids::NodeId;
use keyrack_domain::uploads::Upload;
use keyrack_wire::Moment;
use schemars::JsonSchema;
use serde::Serialize;

/// The address of an archive, for examples.
pub const ADDRESS: &str = "http://127.0.0.1:8080/deploy/archives/0123456789abcdef0123456789abcdef/app.war";

/// An archive.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Archive {
    /// The address by which clients speak of it.
    #[schemars(example = ADDRESS)]
    archive: String,
    #[schemars(example = &"nightly")]
    comment: String,
    created_on: Moment,
    #[schemars(example = 1)]
    id: i64,
    #[schemars(example = &"app.war")]
    name: String,
    /// In bytes.
    #[schemars(example = 1024)]
    size: u64,
}

impl Archive {
    pub fn of(upload: Upload, public_url: &str) -> Archive {
        Archive {
            archive: upload.address(public_url),
            comment: upload.comment,
            created_on: Moment(upload.created),
            id: upload.id,
            name: upload.name,
            size: upload.size,
        }
    }
}

/// What is deployed in a context.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Deployed {
    /// The file name of the archive.
    #[schemars(example = &"app.war")]
    archivename: String,
    #[schemars(example = &"ROOT")]
    context: String,
    /// Of the archive, in bytes.
    #[schemars(example = 1024)]
    size: u64,
    #[serde(rename = "type")]
    #[schemars(example = &"ARCHIVE")]
    kind: &'static str,
    /// Who deployed it.
    #[schemars(example = 7)]
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

/// That it was done on a node.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NodeDone {
    #[schemars(example = &"")]
    err_out: String,
    #[schemars(example = 1)]
    nodeid: i64,
    #[schemars(example = &"")]
    out: String,
    #[schemars(example = 0)]
    result: u8,
}

/// Where nothing was executed.
impl From<NodeId> for NodeDone {
    fn from(node: NodeId) -> NodeDone {
        NodeDone { err_out: String::new(), nodeid: node.0, out: String::new(), result: 0 }
    }
}

impl From<NodeOutput> for NodeDone {
    fn from(output: NodeOutput) -> NodeDone {
        NodeDone { err_out: output.err, nodeid: output.node.0, out: output.out, result: 0 }
    }
}

/// That it was done on these nodes.
///
/// Scripts of the platform look into `response`, its methods answer beside it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DeploymentDone")]
pub struct NodesDone {
    response: Inner,
    responses: Vec<NodeDone>,
}

/// The same once more.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DeploymentResponse")]
struct Inner {
    responses: Vec<NodeDone>,
    #[schemars(example = 0)]
    result: u8,
}

impl NodesDone {
    pub fn of(nodes: impl IntoIterator<Item: Into<NodeDone>>) -> NodesDone {
        let responses: Vec<NodeDone> = nodes.into_iter().map(Into::into).collect();
        NodesDone { response: Inner { responses: responses.clone(), result: 0 }, responses }
    }
}
