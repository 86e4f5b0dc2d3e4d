//! Sending an invitation again.

use keyrack_domain::types::accounts::Role;
use schemars::JsonSchema;
use serde::Deserialize;

use super::bean::NewInvitation;
use super::params::{MemberId, OwnerUid};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;
use crate::methods::users::confirm::{FactorCode, Password, confirm_with};

/// Replaces an open or expired invitation by a new one with a new link; the old link is worth nothing then.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResendMemberInvitation {
    id: MemberId,
    _owner_uid: Option<OwnerUid>,
    password: Password,
    code: Option<FactorCode>,
}

impl Method for ResendMemberInvitation {
    const NAME: &str = "users.collaboration.ResendMemberInvitation";
    const RIGHT: Right = Right::Session(Role::Owner);
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::NotFound, Code::WrongPassword, Code::Limit];
    type Answer = NewInvitation;

    async fn run(self, call: &Call) -> Result<NewInvitation, ApiError> {
        let id = self.id.0;
        let confirmed = confirm_with(call, Some(&self.password), self.code.as_deref()).await?;
        let list = call.keyrack.members.list(&call.caller).await?;
        let former = list
            .invitations
            .iter()
            .find(|invitation| id.checked_neg() == Some(invitation.id))
            .ok_or_else(|| keyrack_domain::Error::NotFound(format!("there is no invitation {id}").into()))?;
        let invitation = call.keyrack.members.invite(&confirmed, &former.email, former.role).await?;
        Ok(NewInvitation::new(&call.keyrack.settings().public_url, invitation, former.role))
    }
}
