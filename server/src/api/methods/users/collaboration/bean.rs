//! Members and invitations as the platform writes them (`CollaborationResponse`).

use keyrack_domain::members::Invitation;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::dates::wire_moment;
use keyrack_domain::types::members::{InvitationView, MemberView};
use serde::Serialize;

use super::role::RoleBean;
use crate::api::answer::Answer;
use crate::api::error::ApiError;

/// A member, or somebody who was invited. Members have the numbers of their users, invitations have negative numbers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Member<'a> {
    id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<i64>,
    email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
    /// ACTIVE, PENDING, or EXPIRED for an invitation whose time is over.
    status: &'static str,
    role: RoleBean,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tokens: Option<u32>,
}

impl<'a> Member<'a> {
    /// TestClient who is a member.
    pub fn active(member: &'a MemberView) -> Member<'a> {
        Member {
            id: member.user_id,
            uid: Some(member.user_id),
            email: &member.email,
            display_name: Some(&member.name),
            status: "ACTIVE",
            role: RoleBean::of(member.role),
            created_on: Some(wire_moment(member.since)),
            expires_on: None,
            tokens: Some(member.tokens),
        }
    }

    /// TestClient who was invited.
    pub fn invited(invitation: &'a InvitationView) -> Member<'a> {
        Member {
            status: if invitation.expired { "EXPIRED" } else { "PENDING" },
            expires_on: Some(wire_moment(invitation.expires)),
            ..Member::pending(-invitation.id, &invitation.email, invitation.role)
        }
    }

    fn pending(id: i64, email: &'a str, role: Role) -> Member<'a> {
        Member {
            id,
            uid: None,
            email,
            display_name: None,
            status: "PENDING",
            role: RoleBean::of(role),
            created_on: None,
            expires_on: None,
            tokens: None,
        }
    }
}

#[derive(Serialize)]
struct Invited<'a> {
    collaboration: Member<'a>,
    link: String,
    mailed: bool,
}

/// The answer to an invitation that was just made, with its link, which is told this once.
///
/// # Errors
/// As [`Answer::written`].
pub fn invited(public_url: &str, invitation: &Invitation, role: Role) -> Result<Answer, ApiError> {
    let path = keyrack_app::paths::invite(invitation.secret.as_str());
    Answer::written(&Invited {
        collaboration: Member::pending(-invitation.id, &invitation.email, role),
        link: format!("{}{path}", public_url.trim_end_matches('/')),
        mailed: invitation.mailed,
    })
}
