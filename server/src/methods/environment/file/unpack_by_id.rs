//! Unpacking an archive.

use keyrack_domain::environments::NodeChoice;
use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::Done;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, NodeId};
use super::location::at;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Unpacks an archive that lies on a node (zip, tar or tar.gz) into a folder there.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnpackById {
    env_name: EnvName,
    node_id: NodeId,
    /// The archive, from the folder of the node on.
    #[schemars(example = &"/app.zip")]
    source_path: String,
    /// The folder, which is made when it is not there.
    #[schemars(example = &"/www")]
    dest_path: String,
}

impl Method for UnpackById {
    const NAME: &str = "environment.file.UnpackById";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NotPermitted, Code::NoEnvironment, Code::Limit];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let location = at(&self.env_name, NodeChoice::Ids(vec![self.node_id.0]));
        let (archive, folder) = (&self.source_path, &self.dest_path);
        call.keyrack.environments.unpack_file(&call.caller, &call.client, &location, archive, folder).await?;
        Ok(Done {})
    }
}
