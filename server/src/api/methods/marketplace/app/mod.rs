//! `marketplace.app`: what can be installed.

pub(super) mod add_app;
mod delete_app;
mod edit_app;
mod get_addon_list;
mod get_app_info;
mod get_categories;
mod get_checksum;
pub(super) mod get_list;
mod install;
mod install_addon;

use crate::api::registry::Class;

/// The class.
pub const METHODS: Class = Class::declared(&[
    add_app::METHOD,
    delete_app::METHOD,
    edit_app::METHOD,
    get_addon_list::METHOD,
    get_app_info::METHOD,
    get_categories::METHOD,
    get_checksum::METHOD,
    get_list::METHOD,
    install::METHOD,
    install_addon::METHOD,
]);
