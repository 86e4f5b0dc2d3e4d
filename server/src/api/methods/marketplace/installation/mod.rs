//! `marketplace.installation`: what is installed.

pub(super) mod execute_action;
mod get_env_appid;
mod get_info;
mod get_list;
pub(super) mod get_scripting_appid;
mod get_settings;
pub(super) mod uninstall;

use serde_json::Value;

use crate::api::registry::Class;

/// The class.
pub const METHODS: Class = Class::declared(&[
    execute_action::METHOD,
    get_env_appid::METHOD,
    get_info::METHOD,
    get_list::METHOD,
    get_scripting_appid::METHOD,
    get_settings::METHOD,
    uninstall::METHOD,
]);

/// Whether its name, or where it is installed, holds a text in lower case.
fn holds(app: &Value, search: &str) -> bool {
    let texts = ["name", "uniqueName", "envName", "description"].map(|key| app[key].as_str().unwrap_or_default());
    texts.iter().any(|text| text.to_lowercase().contains(search))
}
