//! The class `marketplace.jps`.

use crate::dispatch::method::methods;

methods! {
    /// Manifests that a caller brings along.
    execute_app_action::ExecuteAppAction,
    get_app_info::GetAppInfo,
    get_app_settings::GetAppSettings,
    get_engine_version::GetEngineVersion,
    get_scripting_appid::GetScriptingAppid,
    install::Install,
    uninstall::Uninstall,
}
