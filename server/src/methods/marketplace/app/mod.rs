//! The class `marketplace.app`.

use crate::dispatch::method::methods;

methods! {
    /// The catalogue: what can be installed.
    add_app::AddApp,
    delete_app::DeleteApp,
    edit_app::EditApp,
    get_addon_list::GetAddonList,
    get_app_info::GetAppInfo,
    get_categories::GetCategories,
    get_checksum::GetChecksum,
    get_list::GetList,
    install::Install,
    install_addon::InstallAddon,
}
