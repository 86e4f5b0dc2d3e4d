//! The class `users.collaboration`.
//!
//! The platform's policies, its roles of one's own making and its sharing of single environments have no counterpart here:
//! a member has one of three roles in the whole account.

mod bean;
mod params;
mod role;

use crate::dispatch::method::methods;

methods! {
    /// The members of an account, their roles, and the accounts that a user is a member of.
    check_environment_rights::CheckEnvironmentRights,
    delete_member::DeleteMember,
    edit_member::EditMember,
    get_collaboration_role_methods::GetCollaborationRoleMethods,
    get_collaborations::GetCollaborations,
    get_members::GetMembers,
    get_roles::GetRoles,
    invite_member::InviteMember,
    leave_collaboration::LeaveCollaboration,
    resend_member_invitation::ResendMemberInvitation,
}
