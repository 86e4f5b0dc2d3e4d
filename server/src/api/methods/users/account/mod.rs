//! `users.account`: the person behind a credential, the password and the second factor.

mod change_password;
mod disable_2fa;
mod enable_2fa;
mod get_2fa_backup_codes;
mod get_2fa_config;
mod get_user_info;
mod regenerate_2fa_backup_codes;

mod codes;

use crate::api::registry::Method;

/// The class.
pub const METHODS: &[Method] = &[
    change_password::METHOD,
    disable_2fa::METHOD,
    enable_2fa::METHOD,
    get_2fa_backup_codes::METHOD,
    get_2fa_config::METHOD,
    get_user_info::METHOD,
    regenerate_2fa_backup_codes::METHOD,
];
