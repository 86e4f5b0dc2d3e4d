//! What an operator can set.

use std::path::PathBuf;
use std::time::Duration;

use keyrack_types::bounds::counts::NODE_PORTS;

use crate::store::{Schema, Store};

/// A mail server to hand mail in to.
#[derive(Clone)]
pub struct Smtp {
    /// `smtp://user:password@host:port`, `smtps://…`, or `smtp://…?tls=required` for STARTTLS.
    pub url: String,
    /// The sender's address.
    pub from: String,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp").field("from", &self.from).finish_non_exhaustive()
    }
}

/// Settings of the domain.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The data folder: database, nodes' folders, recipes.
    pub data: PathBuf,
    /// `sqlite://…` or `postgres://…`.
    pub database: String,
    /// What to do about a database of an older version.
    pub schema: Schema,
    /// How many tokens an account may have, expired ones included.
    pub token_limit: u32,
    /// Whether token changes through the API need the account's password. The dashboard always asks.
    pub token_password_required: bool,
    /// A session that is not used for so long has ended.
    pub session_idle: Duration,
    /// A session ends after so long, used or not.
    pub session_lifetime: Duration,
    /// Where people reach the dashboard: passkeys are bound to it, and mails name it.
    pub public_url: String,
    /// Where mail is handed in, and who sends it; without it notices stand in the dashboard only.
    pub smtp: Option<Smtp>,
    /// Lifetime of an invitation's link.
    pub invitation_lifetime: Duration,
    /// One proof of the second factor covers changes for so long; zero asks at every change.
    pub second_factor_covers: Duration,
    /// Where other servers on the same database reach this one, `http://host:port`; without it they cannot.
    pub advertise: Option<String>,
    /// Lets `cmd`, Exec methods and recipes run although nodes cannot be confined here.
    pub allow_unconfined_nodes: bool,
    /// The ports that nodes are given.
    pub node_ports: std::ops::Range<u16>,
    /// What a node gets to end by itself when its environment is stopped.
    pub stop_grace: Duration,
    /// The largest file that can be uploaded, in bytes.
    pub upload_limit: u64,
    /// The most bytes of uploads that an account keeps.
    pub upload_space: u64,
    /// What happens to a node that ends by itself.
    pub restarts: Restarts,
}

/// How a node that ends by itself is started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restarts {
    /// The pause before the first try; it doubles with every failure in a row.
    pub pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// After so many failures in a row the environment is Broken.
    pub failures: u32,
    /// A node that ran for so long has not failed in a row.
    pub well: Duration,
}

impl Settings {
    /// The defaults, with everything in this data folder.
    pub fn in_folder(data: impl Into<PathBuf>) -> Settings {
        let data = data.into();
        Settings {
            database: Store::sqlite_url(&data),
            schema: Schema::default(),
            data,
            token_limit: 100,
            token_password_required: true,
            session_idle: Duration::from_secs(12 * 3600),
            session_lifetime: Duration::from_secs(14 * 24 * 3600),
            public_url: "http://localhost:8080".into(),
            smtp: None,
            invitation_lifetime: Duration::from_secs(7 * 24 * 3600),
            second_factor_covers: Duration::from_secs(5 * 60),
            advertise: None,
            allow_unconfined_nodes: false,
            node_ports: NODE_PORTS,
            stop_grace: Duration::from_secs(10),
            upload_limit: 512 << 20,
            upload_space: 4 << 30,
            restarts: Restarts {
                pause: Duration::from_millis(200),
                longest_pause: Duration::from_secs(30),
                failures: 5,
                well: Duration::from_secs(30),
            },
        }
    }

    /// What tells this server from others, as one word: host and port of its public URL, `keys.example.org` or
    /// `localhost-8080`.
    pub fn server_name(&self) -> String {
        let (https, authority) = match self.public_url.split_once("://") {
            Some((scheme, rest)) => (scheme == "https", rest),
            None => (false, self.public_url.as_str()),
        };
        let authority = authority.trim_end_matches('/');
        let authority = authority.strip_suffix(if https { ":443" } else { ":80" }).unwrap_or(authority);
        authority.replace(['[', ']'], "").replace(':', "-")
    }
}

#[cfg(test)]
mod tests {
    use super::Settings;

    #[test]
    fn the_name_of_a_server_is_one_word_that_holds_host_and_port() {
        for (public_url, name) in [
            ("https://keys.example.org", "keys.example.org"),
            ("https://keys.example.org:443/", "keys.example.org"),
            ("https://keys.example.org:8443", "keys.example.org-8443"),
            ("http://keys.example.org:80", "keys.example.org"),
            ("http://localhost:8080", "localhost-8080"),
            ("http://[2001:db8::1]:8080", "2001-db8--1-8080"),
        ] {
            let settings = Settings { public_url: public_url.into(), ..Settings::in_folder("data") };
            assert_eq!(settings.server_name(), name);
        }
    }
}
