//! Unpacking an archive.

<<<<<<< HEAD
use keyrack_domain::environments::{FileLocation, NodeChoice};
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
=======
use keyrack_domain::environments::NodeChoice;
>>>>>>> m4
use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::Done;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::EnvName;
use super::place::{NodeType, at};
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::method::{Method, Right};
use crate::api::registry::Effect;

<<<<<<< HEAD
pub const METHOD: Method = Method {
    name: "environment.file.UnpackByType",
    summary: "Unpacks an archive that lies on the nodes of a type (zip, tar or tar.gz) into a folder there.",
    params: &[
        ENV_NAME,
        Param::required("nodeType", Kind::Text, "The type of the nodes, or their image.", "docker"),
        Param::required("sourcePath", Kind::Text, "The archive, from the folder of the node on.", "/app.zip"),
        Param::required("destPath", Kind::Text, "The folder, which is made when it is not there.", "/www"),
    ],
    answer: r#"{"result":0}"#,
    codes: &[Code::Forbidden, Code::NotFound, Code::NotPermitted, Code::NoEnvironment, Code::Limit],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let (archive, folder) = (params.text("sourcePath")?, params.text("destPath")?);
    let choice = NodeChoice::Type(params.text("nodeType")?.to_owned());
    let place = FileLocation { environment: params.text("envName")?.to_owned(), choice, masters_only: false };
    call.keyrack.environments.unpack_file(&call.caller, &call.client, &place, archive, folder).await?;
    Ok(Answer::done())
=======
/// Unpacks an archive that lies on the nodes of a type (zip, tar or tar.gz) into a folder there.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnpackByType {
    env_name: EnvName,
    /// The type of the nodes, or their image.
    node_type: NodeType,
    /// The archive, from the folder of the node on.
    #[schemars(example = &"/app.zip")]
    source_path: String,
    /// The folder, which is made when it is not there.
    #[schemars(example = &"/www")]
    dest_path: String,
}

impl Method for UnpackByType {
    const NAME: &str = "environment.file.UnpackByType";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NotPermitted, Code::NoEnvironment, Code::Limit];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let place = at(&self.env_name, NodeChoice::Type(self.node_type.0));
        let (archive, folder) = (&self.source_path, &self.dest_path);
        call.keyrack.environments.unpack_file(&call.caller, &call.client, &place, archive, folder).await?;
        Ok(Done {})
    }
>>>>>>> m4
}
