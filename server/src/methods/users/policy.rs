//! Sets of methods, as the platform writes them (`ApiTokenPermissionsResponse`).

use keyrack_domain::types::methods::{ApiSet, MethodInfo};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Methods that a token can carry.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Permissions {
    token_permissions: Vec<Permission>,
    #[schemars(example = &"ALLOW")]
    behavior: &'static str,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Permission {
    #[schemars(example = &"environment.control.StopEnv")]
    method: String,
    #[schemars(example = &"Stops a running environment: every process of it ends.")]
    description: String,
}

impl Permissions {
    /// These methods.
    pub fn of(methods: impl IntoIterator<Item = MethodInfo>) -> Permissions {
        let permission = |info: MethodInfo| Permission { method: info.name, description: info.summary };
        Permissions { token_permissions: methods.into_iter().map(permission).collect(), behavior: "ALLOW" }
    }
}

/// A prepared set of methods, by its name.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(example = &"IDE Plugins")]
pub struct PreparedSet(#[schemars(with = "String")] pub ApiSet);

impl TryFrom<String> for PreparedSet {
    type Error = String;

    fn try_from(name: String) -> Result<PreparedSet, String> {
        ApiSet::by_name(&name).filter(|set| *set != ApiSet::Custom).map(PreparedSet).ok_or_else(one_of_the_sets)
    }
}

/// What is right instead of an unknown name.
pub fn one_of_the_sets() -> String {
    let names: Vec<_> = ApiSet::PREPARED.iter().map(|set| set.name()).collect();
    format!("it has to be one of {}", names.join(", "))
}
