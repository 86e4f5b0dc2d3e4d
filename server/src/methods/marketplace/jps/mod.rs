//! `marketplace.jps`: manifests that come with the call.

use crate::dispatch::method::methods;

methods! {
    execute_app_action::ExecuteAppAction,
    get_app_info::GetAppInfo,
    get_app_settings::GetAppSettings,
    get_engine_version::GetEngineVersion,
    get_scripting_appid::GetScriptingAppid,
    install::Install,
    uninstall::Uninstall,
}
