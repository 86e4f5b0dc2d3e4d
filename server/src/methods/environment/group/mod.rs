//! The class `environment.group`.

use keyrack_domain::environments::EnvironmentGroup;
use keyrack_wire::AnyJson;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::dispatch::method::methods;

methods! {
    /// Groups of environments.
    attach_env::AttachEnv,
    create_group::CreateGroup,
    detach_env::DetachEnv,
    edit_group::EditGroup,
    get_groups::GetGroups,
    remove_group::RemoveGroup,
    set_env::SetEnv,
}

/// Names of groups. They may hold blanks, so that only commas and semicolons part them.
pub fn names(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_else(|_| {
        text.split([',', ';']).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
    })
}

/// Groups of environments.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Groups {
    array: Vec<Group>,
}

/// A group of environments.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Group {
    /// What clients keep with it: a JSON object.
    data: AnyJson,
    /// Short names, sorted.
    #[schemars(example = ["my-project"])]
    env_names: Vec<String>,
    id: i64,
    #[schemars(example = &"shops")]
    name: String,
}

impl Groups {
    fn of(groups: Vec<EnvironmentGroup>) -> Groups {
        let group = |group: EnvironmentGroup| Group {
            data: Value::Object(group.data).into(),
            env_names: group.environments,
            id: group.id,
            name: group.name,
        };
        Groups { array: groups.into_iter().map(group).collect() }
    }
}
