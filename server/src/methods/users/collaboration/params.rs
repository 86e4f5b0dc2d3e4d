//! Parameters that several methods have.

use keyrack_domain::types::accounts::Role;
use schemars::JsonSchema;
use serde::Deserialize;

use super::role::by_name_or_number;

/// The member's number, as GetMembers returns it.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = 8)]
pub struct MemberId(pub i64);

/// owner, manager or viewer, or the number that GetRoles returns.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(example = &"manager", extend("x-aliases" = ["roleId", "roleIds", "roles"]))]
pub struct RoleName(#[schemars(with = "String")] pub Role);

impl TryFrom<String> for RoleName {
    type Error = &'static str;

    fn try_from(written: String) -> Result<RoleName, &'static str> {
        by_name_or_number(&written).map(RoleName).ok_or("it has to be owner, manager or viewer")
    }
}

/// Accepted for compatibility; people name themselves.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct DisplayName(#[expect(dead_code, reason = "accepted, not looked at")] String);

/// Accepted for compatibility; a call speaks of its credential's account.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct OwnerUid(#[expect(dead_code, reason = "accepted, not looked at")] i64);
