//! `users.collaboration`: the members of an account, their roles, and the accounts that a user is a member of.
//!
//! The platform's policies, its roles of one's own making and its sharing of single environments have no counterpart here:
//! a member has one of three roles in the whole account.

mod check_environment_rights;
mod delete_member;
mod edit_member;
mod get_collaboration_role_methods;
mod get_collaborations;
mod get_members;
mod get_roles;
mod invite_member;
mod leave_collaboration;
mod resend_member_invitation;

mod bean;
mod role;

use crate::api::registry::{Class, Kind, Param};

/// The class.
pub const METHODS: Class = Class::declared(&[
    check_environment_rights::METHOD,
    delete_member::METHOD,
    edit_member::METHOD,
    get_collaboration_role_methods::METHOD,
    get_collaborations::METHOD,
    get_members::METHOD,
    get_roles::METHOD,
    invite_member::METHOD,
    leave_collaboration::METHOD,
    resend_member_invitation::METHOD,
]);

const MEMBER: Param = Param::required("id", Kind::Number, "The member's number, as GetMembers tells it.", "8");
