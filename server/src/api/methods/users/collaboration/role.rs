//! The roles as the platform writes them.

use keyrack_domain::types::accounts::Role;
use serde::Serialize;

use crate::api::error::ApiError;
use crate::api::registry::{Kind, Param};

/// All of them, the most powerful first; their numbers on the wire are 1, 2, 3.
pub const ALL: [Role; 3] = [Role::Owner, Role::Manager, Role::Viewer];

/// The parameter that names a role.
pub const ROLE: Param =
    Param::optional("role", Kind::Text, "owner, manager or viewer, or the number that GetRoles tells.", "manager")
        .or(&["roleId", "roleIds", "roles"]);

/// One role.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RoleBean {
    id: usize,
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'static str>,
}

impl RoleBean {
    /// The role as part of something else.
    pub fn of(role: Role) -> RoleBean {
        RoleBean { id: number(role), name: role.name(), description: None }
    }

    /// The role in the list of roles.
    pub fn described(role: Role) -> RoleBean {
        let description = match role {
            Role::Owner => "Everything in the account, its members included.",
            Role::Manager => "Environments, tokens of their own and those shared with the account.",
            Role::Viewer => "Sees environments and shared tokens.",
        };
        RoleBean { description: Some(description), ..RoleBean::of(role) }
    }
}

/// Reads a role by its name, in any case, or by its number.
///
/// # Errors
/// When there is none.
pub fn read(param: &'static str, written: &str) -> Result<Role, ApiError> {
    let written = written.trim();
    ALL.into_iter()
        .find(|role| role.name().eq_ignore_ascii_case(written) || written.parse() == Ok(number(*role)))
        .ok_or_else(|| ApiError::bad(param, "it has to be owner, manager or viewer"))
}

fn number(role: Role) -> usize {
    1 + ALL.iter().position(|known| *known == role).unwrap_or_default()
}
