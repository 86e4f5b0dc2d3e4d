//! The class `users.account`.

mod codes;
mod ssh_keys;

use crate::dispatch::method::methods;

methods! {
    /// The signed-in user: password, second factor and SSH keys.
    add_ssh_key::AddSshKey,
    change_password::ChangePassword,
    delete_ssh_key::DeleteSshKey,
    disable_2fa::Disable2Fa,
    enable_2fa::Enable2Fa,
    get_2fa_backup_codes::Get2FaBackupCodes,
    get_2fa_config::Get2FaConfig,
    get_ssh_keys::GetSshKeys,
    get_user_info::GetUserInfo,
    regenerate_2fa_backup_codes::Regenerate2FaBackupCodes,
}
