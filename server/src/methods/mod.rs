//! The methods. A new method is one declaration in its class's list; a new class is one line here.

pub mod environment;
pub mod marketplace;
pub mod storage;
pub mod users;
pub mod utils;

use std::sync::LazyLock;

use crate::dispatch::registry::{Class, Method, Registry};

/// Other paths that clients call some methods at: the platform's dashboard has them in another class than its scripts.
pub const OTHER_PATHS: &[(&str, &str)] = &[
    ("users/authentication/rest/get2faconfig", "users.account.Get2FAConfig"),
    ("users/authentication/rest/enable2fa", "users.account.Enable2FA"),
    ("users/authentication/rest/disable2fa", "users.account.Disable2FA"),
    ("users/authentication/rest/get2fabackupcodes", "users.account.Get2FABackupCodes"),
    ("users/authentication/rest/regenerate2fabackupcodes", "users.account.Regenerate2FABackupCodes"),
    ("users/account/rest/checkpassword", "users.authentication.CheckPassword"),
    ("users/authentication/rest/changepassword", "users.account.ChangePassword"),
    ("management/account/rest/addsshkey", "users.account.AddSSHKey"),
    ("management/account/rest/getsshkeys", "users.account.GetSSHKeys"),
    ("management/account/rest/deletesshkey", "users.account.DeleteSSHKey"),
    // Build plug-ins, with and without `/1.0` in front; the last one only before version 1.
    ("deploy/createobject", "environment.deployment.CreateObject"),
    ("deploy/deployarchive", "environment.deployment.DeployArchive"),
    ("deploy/getarchives", "environment.deployment.GetArchives"),
    ("deploy/deletearchive", "environment.deployment.DeleteArchive"),
    ("getarchives", "environment.deployment.GetArchives"),
    ("deletearchive", "environment.deployment.DeleteArchive"),
    ("data/base/rest/createobject", "environment.deployment.CreateObject"),
];

/// Every class of methods.
pub const CLASSES: &[Class] = &[
    environment::control::METHODS,
    environment::deployment::METHODS,
    environment::export::METHODS,
    environment::file::METHODS,
    environment::group::METHODS,
    environment::nodegroup::METHODS,
    environment::tracking::METHODS,
    marketplace::app::METHODS,
    marketplace::console::METHODS,
    marketplace::favorite::METHODS,
    marketplace::installation::METHODS,
    marketplace::jps::METHODS,
    storage::uploader::METHODS,
    users::account::METHODS,
    users::authentication::METHODS,
    users::collaboration::METHODS,
    utils::scheduler::METHODS,
];

/// Every method of every class, in the order of the catalogue.
static METHODS: LazyLock<Vec<&'static Method>> = LazyLock::new(|| CLASSES.iter().flat_map(Class::methods).collect());

impl Registry {
    /// Everything that this server answers.
    pub fn all() -> Registry {
        Registry::new(METHODS.clone(), OTHER_PATHS)
    }
}
