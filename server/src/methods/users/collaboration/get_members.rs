//! Who is in the account.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bean::Collaborator;
use super::params::OwnerUid;
use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists the members of the account, and for its owner the invitations that are open (negative numbers).
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetMembers {
    /// Only this one.
    #[schemars(example = 8)]
    id: Option<i64>,
    _owner_uid: Option<OwnerUid>,
}

/// Who is in the account, and who was invited.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Members {
    collaborations: Vec<Collaborator>,
}

impl Method for GetMembers {
    const NAME: &str = "users.collaboration.GetMembers";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Account;
    type Answer = Members;

    async fn run(self, call: &Call) -> Result<Members, ApiError> {
        let list = call.keyrack.members.list(&call.caller).await?;
        let is_wanted = |id: i64| self.id.is_none_or(|wanted| wanted == id);
        let members = list.members.into_iter().filter(|one| is_wanted(one.user_id)).map(Collaborator::from);
        let invitations = list.invitations.into_iter().filter(|one| is_wanted(-one.id)).map(Collaborator::from);
        Ok(Members { collaborations: members.chain(invitations).collect() })
    }
}
