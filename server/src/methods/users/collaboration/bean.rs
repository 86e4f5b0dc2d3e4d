//! Members and invitations as the platform writes them (`CollaborationResponse`).

use keyrack_domain::members::Invitation;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::members::{InvitationView, MemberView};
use keyrack_wire::Moment;
use schemars::JsonSchema;
use serde::Serialize;

use super::role::RoleBean;

/// A member, or an open invitation. Members have the numbers of their users, invitations have negative numbers.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "MemberOrInvited")]
pub enum Collaborator {
    Member(Member),
    Invited(Invited),
}

/// Somebody who is a member.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    #[schemars(example = 8)]
    id: i64,
    #[schemars(example = 8)]
    uid: i64,
    #[schemars(example = &"bob@example.org")]
    email: String,
    #[schemars(example = &"Bob")]
    display_name: String,
    #[schemars(example = ACTIVE)]
    status: &'static str,
    role: RoleBean,
    created_on: Moment,
    /// How many tokens of the account are theirs.
    #[schemars(example = 2)]
    tokens: u32,
}

/// Somebody who was invited.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Invited {
    #[schemars(example = -4)]
    id: i64,
    #[schemars(example = &"bob@example.org")]
    email: String,
    status: InvitationStatus,
    role: RoleBean,
    expires_on: Moment,
}

/// Whether an invitation can still be accepted.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum InvitationStatus {
    Pending,
    /// Its time is over.
    Expired,
}

/// A member whose role was changed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangedMember {
    created_on: Moment,
    #[schemars(example = &"Bob")]
    display_name: String,
    #[schemars(example = &"bob@example.org")]
    email: String,
    #[schemars(example = 8)]
    id: i64,
    #[schemars(example = RoleBean::from(Role::Viewer))]
    role: RoleBean,
    #[schemars(example = ACTIVE)]
    status: &'static str,
    /// How many tokens of the account are theirs.
    #[schemars(example = 2)]
    tokens: u32,
    #[schemars(example = 8)]
    uid: i64,
}

/// An invitation that was just made, with its link, which is shown this once.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NewInvitation {
    collaboration: Invitee,
    #[schemars(example = &"https://keys.example.org/invite?token=…")]
    link: String,
    /// Whether it is on its way to the address too.
    #[schemars(example = true)]
    mailed: bool,
}

/// Somebody who was invited just now.
#[derive(Debug, Serialize, JsonSchema)]
struct Invitee {
    #[schemars(example = -4)]
    id: i64,
    #[schemars(example = &"bob@example.org")]
    email: String,
    status: InvitationStatus,
    #[schemars(example = RoleBean::from(Role::Viewer))]
    role: RoleBean,
}

const ACTIVE: &str = "ACTIVE";

impl From<MemberView> for Collaborator {
    fn from(member: MemberView) -> Collaborator {
        Collaborator::Member(Member {
            id: member.user_id,
            uid: member.user_id,
            email: member.email,
            display_name: member.name,
            status: ACTIVE,
            role: member.role.into(),
            created_on: Moment(member.since),
            tokens: member.tokens,
        })
    }
}

impl From<InvitationView> for Collaborator {
    fn from(invitation: InvitationView) -> Collaborator {
        Collaborator::Invited(Invited {
            id: -invitation.id,
            email: invitation.email,
            status: if invitation.expired { InvitationStatus::Expired } else { InvitationStatus::Pending },
            role: invitation.role.into(),
            expires_on: Moment(invitation.expires),
        })
    }
}

impl From<MemberView> for ChangedMember {
    fn from(member: MemberView) -> ChangedMember {
        ChangedMember {
            created_on: Moment(member.since),
            display_name: member.name,
            email: member.email,
            id: member.user_id,
            role: member.role.into(),
            status: ACTIVE,
            tokens: member.tokens,
            uid: member.user_id,
        }
    }
}

impl NewInvitation {
    /// This invitation, of a server with this address.
    pub fn new(public_url: &str, invitation: Invitation, role: Role) -> NewInvitation {
        let path = keyrack_app::paths::invite(invitation.secret.as_str());
        NewInvitation {
            collaboration: Invitee {
                id: -invitation.id,
                email: invitation.email,
                status: InvitationStatus::Pending,
                role: role.into(),
            },
            link: format!("{}{path}", public_url.trim_end_matches('/')),
            mailed: invitation.mailed,
        }
    }
}
