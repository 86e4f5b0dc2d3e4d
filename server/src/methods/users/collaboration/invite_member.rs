//! Inviting a member.

use keyrack_domain::types::accounts::Role;
use schemars::JsonSchema;
use serde::Deserialize;

use super::bean::NewInvitation;
use super::params::{DisplayName, OwnerUid, RoleName};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;
use crate::methods::users::confirm::{FactorCode, Password, confirm_with};

/// Invites a person into the account by a link that works once; it is mailed where the server can, and shown this once. A former
/// invitation of the address is replaced.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InviteMember {
    /// Whom to invite.
    #[schemars(example = &"bob@example.org")]
    email: String,
    role: Option<RoleName>,
    _display_name: Option<DisplayName>,
    _owner_uid: Option<OwnerUid>,
    password: Password,
    code: Option<FactorCode>,
}

impl Method for InviteMember {
    const NAME: &str = "users.collaboration.InviteMember";
    const RIGHT: Right = Right::Session(Role::Owner);
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::WrongPassword, Code::Limit];
    type Answer = NewInvitation;

    async fn run(self, call: &Call) -> Result<NewInvitation, ApiError> {
        // Who does not say gives away the least.
        let role = self.role.map_or(Role::Viewer, |role| role.0);
        let confirmed = confirm_with(call, Some(&self.password), self.code.as_deref()).await?;
        let invitation = call.keyrack.members.invite(&confirmed, &self.email, role).await?;
        Ok(NewInvitation::new(&call.keyrack.settings().public_url, invitation, role))
    }
}
