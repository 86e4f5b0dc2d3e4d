//! What an operator can set.

use std::path::PathBuf;
use std::time::Duration;

/// Settings of the domain.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The data folder: database, nodes' folders, recipes.
    pub data: PathBuf,
    /// `sqlite://…` or `postgres://…`.
    pub database: String,
    /// How many tokens an account may have, expired ones included.
    pub token_limit: u32,
    /// Whether token changes through the API need the account's password. The dashboard always asks.
    pub token_password_required: bool,
    /// A session that is not used for so long has ended.
    pub session_idle: Duration,
    /// A session ends after so long, used or not.
    pub session_lifetime: Duration,
    /// Lets `cmd`, Exec methods and recipes run although nodes cannot be confined here.
    pub allow_unconfined_nodes: bool,
    /// First port that nodes are given.
    pub node_ports: std::ops::Range<u16>,
}

impl Settings {
    /// The defaults, with everything in this data folder.
    pub fn in_folder(data: impl Into<PathBuf>) -> Settings {
        let data = data.into();
        Settings {
            database: crate::store::Store::sqlite_url(&data),
            data,
            token_limit: 100,
            token_password_required: true,
            session_idle: Duration::from_secs(12 * 3600),
            session_lifetime: Duration::from_secs(14 * 24 * 3600),
            allow_unconfined_nodes: false,
            node_ports: 31_000..32_000,
        }
    }
}
