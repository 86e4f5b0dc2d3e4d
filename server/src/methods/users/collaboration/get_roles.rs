//! The roles.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::params::OwnerUid;
use super::role::{ALL, DescribedRole};
use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists the roles that a member can have.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetRoles {
    /// Only this one.
    #[schemars(example = 2)]
    id: Option<i64>,
    _owner_uid: Option<OwnerUid>,
}

/// The roles.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Roles {
    roles: Vec<DescribedRole>,
}

impl Method for GetRoles {
    const NAME: &str = "users.collaboration.GetRoles";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Caller;
    type Answer = Roles;

    async fn run(self, _: &Call) -> Result<Roles, ApiError> {
        let roles = (1..).zip(ALL).filter(|(id, _)| self.id.is_none_or(|wanted| wanted == *id));
        Ok(Roles { roles: roles.map(|(_, role)| role.into()).collect() })
    }
}
