//! `environment.group`: groups of environments.

mod attach_env;
mod create_group;
mod detach_env;
mod edit_group;
mod get_groups;
mod remove_group;
mod set_env;

use keyrack_domain::environments::EnvironmentGroup;
use serde_json::{Value, json};

use crate::api::registry::Class;

/// The class.
pub const METHODS: Class = Class::declared(&[
    attach_env::METHOD,
    create_group::METHOD,
    detach_env::METHOD,
    edit_group::METHOD,
    get_groups::METHOD,
    remove_group::METHOD,
    set_env::METHOD,
]);

/// Names of groups. They may hold blanks, so that only commas and semicolons part them.
pub fn names(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_else(|_| {
        text.split([',', ';']).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
    })
}

/// Groups as JSON.
fn array(groups: &[EnvironmentGroup]) -> Value {
    let group = |group: &EnvironmentGroup| json!({ "id": group.id, "name": group.name, "data": group.data, "envNames": group.environments });
    json!({ "array": groups.iter().map(group).collect::<Vec<_>>() })
}
