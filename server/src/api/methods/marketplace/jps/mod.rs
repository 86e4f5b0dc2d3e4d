//! `marketplace.jps`: manifests that somebody brings.

mod execute_app_action;
mod get_app_info;
mod get_app_settings;
mod get_engine_version;
mod get_scripting_appid;
mod install;
mod uninstall;

use crate::api::registry::Class;

/// The class.
pub const METHODS: Class = Class::declared(&[
    execute_app_action::METHOD,
    get_app_info::METHOD,
    get_app_settings::METHOD,
    get_engine_version::METHOD,
    get_scripting_appid::METHOD,
    install::METHOD,
    uninstall::METHOD,
]);
