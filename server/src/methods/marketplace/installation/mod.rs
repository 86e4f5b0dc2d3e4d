//! The class `marketplace.installation`.

use crate::dispatch::method::methods;

methods! {
    /// What is installed, and its actions.
    execute_action::ExecuteAction,
    get_env_appid::GetEnvAppid,
    get_info::GetInfo,
    get_list::GetList,
    get_scripting_appid::GetScriptingAppid,
    get_settings::GetSettings,
    uninstall::Uninstall,
}

pub use execute_action::ExecuteAction;
pub use get_scripting_appid::GetScriptingAppid;
pub use uninstall::Uninstall;
