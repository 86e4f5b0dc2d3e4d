//! The accounts that the caller is a member of.

use keyrack_domain::types::accounts::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::params::OwnerUid;
use super::role::RoleBean;
use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists the accounts that the user is a member of; `current` is the one that calls speak of.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetCollaborations {
    /// Only this one.
    #[schemars(example = 3)]
    id: Option<i64>,
    _owner_uid: Option<OwnerUid>,
}

/// Accounts.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Collaborations {
    collaborations: Vec<Collaboration>,
}

/// An account that the user is a member of.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Collaboration {
    #[schemars(example = 3)]
    id: i64,
    #[schemars(example = &"Ada's account")]
    display_name: String,
    #[schemars(example = &"ACTIVE")]
    status: &'static str,
    #[schemars(example = RoleBean::from(Role::Owner))]
    role: RoleBean,
    /// Whether it is the one that calls speak of.
    #[schemars(example = true)]
    current: bool,
}

impl Method for GetCollaborations {
    const NAME: &str = "users.collaboration.GetCollaborations";
    const RIGHT: Right = Right::Session(Role::Viewer);
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Account;
    type Answer = Collaborations;

    async fn run(self, call: &Call) -> Result<Collaborations, ApiError> {
        let accounts = call.keyrack.members.accounts_of(&call.caller).await?;
        let collaborations = accounts
            .into_iter()
            .filter(|account| self.id.is_none_or(|wanted| wanted == account.id))
            .map(|account| Collaboration {
                id: account.id,
                display_name: account.name,
                status: "ACTIVE",
                role: account.role.into(),
                current: account.current,
            })
            .collect();
        Ok(Collaborations { collaborations })
    }
}
