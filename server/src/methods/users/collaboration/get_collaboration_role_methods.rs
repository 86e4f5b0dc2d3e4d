//! What a role may call.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::params::RoleName;
use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists the methods that a role may call; without one, those of the caller's own role.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetCollaborationRoleMethods {
    role: Option<RoleName>,
    /// Accepted for compatibility; roles are the same in every account.
    _collaboration_id: Option<i64>,
}

/// The methods of a role.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RoleMethods")]
pub struct Methods {
    /// Full names, sorted.
    #[schemars(example = ["environment.control.GetEnvs"])]
    array: Vec<String>,
}

impl Method for GetCollaborationRoleMethods {
    const NAME: &str = "users.collaboration.GetCollaborationRoleMethods";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Caller;
    type Answer = Methods;

    async fn run(self, call: &Call) -> Result<Methods, ApiError> {
        let role = self.role.map_or(call.caller.role, |role| role.0);
        let entries = call.keyrack.catalog().entries();
        let mut array: Vec<_> =
            entries.filter(|(_, entry)| entry.role <= role).map(|(_, entry)| entry.info.name.clone()).collect();
        array.sort_unstable();
        Ok(Methods { array })
    }
}
