//! Changing what a member may do.

use keyrack_domain::types::accounts::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bean::ChangedMember;
use super::params::{DisplayName, MemberId, OwnerUid, RoleName};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;
use crate::methods::users::confirm::{FactorCode, Password, confirm_with};

/// Gives a member another role. A lower one narrows that member's tokens and sessions at their next call.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EditMember {
    id: MemberId,
    #[schemars(extend("x-shown" = true))]
    role: Option<RoleName>,
    _display_name: Option<DisplayName>,
    _owner_uid: Option<OwnerUid>,
    password: Password,
    code: Option<FactorCode>,
}

/// The member with the new role.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "EditedMember")]
pub struct Edited {
    /// Absent when the member left meanwhile.
    #[serde(skip_serializing_if = "Option::is_none")]
    collaboration: Option<ChangedMember>,
}

impl Method for EditMember {
    const NAME: &str = "users.collaboration.EditMember";
    const RIGHT: Right = Right::Session(Role::Owner);
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::NotFound, Code::WrongPassword];
    type Answer = Edited;

    async fn run(self, call: &Call) -> Result<Edited, ApiError> {
        let (id, role) = (self.id.0, self.role.ok_or(ApiError::Missing("role"))?.0);
        let confirmed = confirm_with(call, Some(&self.password), self.code.as_deref()).await?;
        call.keyrack.members.change_role(&confirmed, id, role).await?;
        let list = call.keyrack.members.list(&call.caller).await?;
        let member = list.members.into_iter().find(|member| member.user_id == id);
        Ok(Edited { collaboration: member.map(ChangedMember::from) })
    }
}
