//! The roles as the platform writes them.

use keyrack_domain::types::accounts::Role;
use schemars::JsonSchema;
use serde::Serialize;

/// All of them, the most powerful first; their numbers on the wire are 1, 2, 3.
pub const ALL: [Role; 3] = [Role::Owner, Role::Manager, Role::Viewer];

/// The role as part of something else.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Role")]
pub struct RoleBean {
    #[schemars(example = 2)]
    id: usize,
    #[schemars(example = &"manager")]
    name: &'static str,
}

/// The role in the list of roles.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct DescribedRole {
    #[schemars(example = 2)]
    id: usize,
    #[schemars(example = &"manager")]
    name: &'static str,
    #[schemars(example = describe(Role::Manager))]
    description: &'static str,
}

impl From<Role> for RoleBean {
    fn from(role: Role) -> RoleBean {
        RoleBean { id: number(role), name: role.name() }
    }
}

impl From<Role> for DescribedRole {
    fn from(role: Role) -> DescribedRole {
        DescribedRole { id: number(role), name: role.name(), description: describe(role) }
    }
}

fn describe(role: Role) -> &'static str {
    match role {
        Role::Owner => "Everything in the account, its members included.",
        Role::Manager => "Environments, tokens of their own and those shared with the account.",
        Role::Viewer => "Sees environments and shared tokens.",
    }
}

/// A role by its name, in any case, or by its number.
pub fn by_name_or_number(written: &str) -> Option<Role> {
    let written = written.trim();
    ALL.into_iter().find(|role| role.name().eq_ignore_ascii_case(written) || written.parse() == Ok(number(*role)))
}

fn number(role: Role) -> usize {
    1 + ALL.iter().position(|known| *known == role).unwrap_or_default()
}
