//! `users.account`: the person behind a credential, the password, the second factor and SSH keys.

mod add_ssh_key;
mod change_password;
mod delete_ssh_key;
mod disable_2fa;
mod enable_2fa;
mod get_2fa_backup_codes;
mod get_2fa_config;
mod get_ssh_keys;
mod get_user_info;
mod regenerate_2fa_backup_codes;

mod codes;
mod ssh_keys;

use crate::api::registry::Class;

/// The class.
pub const METHODS: Class = Class::declared(&[
    add_ssh_key::METHOD,
    change_password::METHOD,
    delete_ssh_key::METHOD,
    disable_2fa::METHOD,
    enable_2fa::METHOD,
    get_2fa_backup_codes::METHOD,
    get_2fa_config::METHOD,
    get_ssh_keys::METHOD,
    get_user_info::METHOD,
    regenerate_2fa_backup_codes::METHOD,
]);
