//! Where a database is: the one reader of database URLs, and the one place that makes a URL of a path.
//!
//! A path is never pasted into a URL, where `?`, `#` and `%` mean something else. A URL is decoded once, here; what goes on to
//! sqlx, which decodes it again, is encoded anew.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use sqlx::any::AnyConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions, Error};
use url::Url;

use super::{Dialect, OpenError};

/// A database that can be connected to.
#[derive(Clone, Debug)]
pub struct Address(Kind);

#[derive(Clone, Debug)]
enum Kind {
    /// An SQLite file, by its absolute path, and the parameters of its URL.
    File {
        path: PathBuf,
        parameters: Vec<(String, String)>,
    },
    /// SQLite in memory, for tests.
    Memory(Url),
    Postgres(Url),
}

impl Address {
    /// Reads `sqlite://FILE?mode=rwc` or `postgres://…`.
    ///
    /// # Errors
    /// When it names no database that Keyrack knows, or when something in it cannot be used.
    pub fn parse(url: &str) -> Result<Address, OpenError> {
        match Dialect::of(url)? {
            Dialect::Sqlite => sqlite(url),
            Dialect::Postgres => postgres(url),
        }
    }

    /// Which database it is.
    pub fn dialect(&self) -> Dialect {
        match self.0 {
            Kind::File { .. } | Kind::Memory(_) => Dialect::Sqlite,
            Kind::Postgres(_) => Dialect::Postgres,
        }
    }

    /// The file of an SQLite database.
    pub fn file(&self) -> Option<&Path> {
        match &self.0 {
            Kind::File { path, .. } => Some(path),
            Kind::Memory(_) | Kind::Postgres(_) => None,
        }
    }

    /// The same database, which must exist already.
    #[must_use]
    pub fn existing(mut self) -> Address {
        if let Kind::File { parameters, .. } = &mut self.0 {
            for (_, value) in parameters.iter_mut().filter(|(name, value)| name == "mode" && value == "rwc") {
                *value = "rw".into();
            }
        }
        self
    }

    /// The file that may be made when it is not there.
    pub(super) fn file_to_make(&self) -> Option<&Path> {
        match &self.0 {
            Kind::File { path, parameters } => {
                parameters.iter().any(|(name, value)| name == "mode" && value == "rwc").then_some(path)
            }
            Kind::Memory(_) | Kind::Postgres(_) => None,
        }
    }

    /// What sqlx connects with.
    pub fn options(&self) -> AnyConnectOptions {
        let url = match &self.0 {
            Kind::File { path, parameters } => url_of_file(path, parameters),
            Kind::Memory(url) | Kind::Postgres(url) => url.clone(),
        };
        AnyConnectOptions::from_url(&url).expect("every URL is taken")
    }

    /// What to try when the first connection failed: `allow` and `prefer` leave it to the server whether there is TLS.
    pub(super) fn second_try(&self, error: &Error) -> Option<Address> {
        let Kind::Postgres(url) = &self.0 else { return None };
        let mode = match PgConnectOptions::from_url(url).ok()?.get_ssl_mode() {
            PgSslMode::Allow => "require",
            PgSslMode::Prefer => "disable",
            _ => return None,
        };
        let about_tls = match error {
            Error::Tls(_) => true,
            Error::Io(error) => error.kind() == std::io::ErrorKind::InvalidData,
            // The server's list of who may connect how (pg_hba.conf) has no entry for such a connection.
            Error::Database(error) => error.code().is_some_and(|code| code == "28000"),
            _ => false,
        };
        about_tls.then(|| Address(Kind::Postgres(with_parameter(url, &SSL_MODE, mode))))
    }
}

/// The URL of an SQLite file. Each byte with a meaning is encoded, the slashes too: sqlx's parser would take the first folder for
/// a host and resolve `..` by the letter, which is wrong where a link comes before it.
pub(super) fn url_of_file(path: &Path, parameters: &[(String, String)]) -> Url {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut text = String::from("sqlite:");
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => text.push(char::from(*byte)),
            byte => text.push_str(&format!("%{byte:02X}")),
        }
    }
    let mut url = Url::parse(&text).expect("a scheme and plain letters are a URL");
    if !parameters.is_empty() {
        url.query_pairs_mut().extend_pairs(parameters);
    }
    url
}

fn sqlite(url: &str) -> Result<Address, OpenError> {
    let rest = url.strip_prefix("sqlite:").unwrap_or(url);
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let (path, query) = rest.split_once('?').map_or((rest, ""), |(path, query)| (path, query));
    let parameters: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    if path.is_empty()
        || path == ":memory:"
        || parameters.iter().any(|(name, value)| name == "mode" && value == "memory")
    {
        return Url::parse(url).map(|url| Address(Kind::Memory(url))).map_err(unreadable);
    }
    file(Path::new(&decoded(path)), parameters)
}

pub(super) fn file(path: &Path, parameters: Vec<(String, String)>) -> Result<Address, OpenError> {
    let path = std::path::absolute(path).map_err(unreadable)?;
    if path.to_str().is_none() {
        return Err(OpenError::Setting(format!(
            "the database {} cannot be opened: SQLite's driver takes only paths that are UTF-8",
            path.display()
        )));
    }
    Ok(Address(Kind::File { path, parameters }))
}

/// Decodes `%41`, once; a percent sign that begins no such group stands for itself.
fn decoded(path: &str) -> OsString {
    let bytes = path.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let value = path.get(at + 1..at + 3).filter(|_| *byte == b'%').filter(|digits| is_hex(digits));
        if let Some(value) = value.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            decoded.push(value);
            at += 3;
        } else {
            decoded.push(*byte);
            at += 1;
        }
    }
    OsString::from_vec(decoded)
}

fn is_hex(digits: &str) -> bool {
    digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// The names that sqlx knows each parameter of TLS by.
const SSL_MODE: [&str; 2] = ["sslmode", "ssl-mode"];
const ROOT_CERT: [&str; 3] = ["sslrootcert", "ssl-root-cert", "ssl-ca"];
const CLIENT_CERT: [&str; 2] = ["sslcert", "ssl-cert"];
const CLIENT_KEY: [&str; 2] = ["sslkey", "ssl-key"];

/// Where PostgreSQL's own programs and sqlx understand a URL differently, this makes sqlx do as they do.
fn postgres(text: &str) -> Result<Address, OpenError> {
    let mut url = Url::parse(text).map_err(unreadable)?;
    let known = [&SSL_MODE[..], &ROOT_CERT, &CLIENT_CERT, &CLIENT_KEY].concat();
    // A slip in one of them must not mean a connection that is less safe than was asked for.
    if let Some((name, _)) = url.query_pairs().find(|(name, _)| name.starts_with("ssl") && !known.contains(&&**name)) {
        return Err(OpenError::Setting(format!(
            "the database URL has the parameter “{name}”, which is not known: there are sslmode, sslrootcert, sslcert and sslkey"
        )));
    }
    if let Some(mode) = parameter(&url, &SSL_MODE)
        && mode.parse::<PgSslMode>().is_err()
    {
        return Err(OpenError::Setting(format!(
            "the database URL asks for sslmode={mode}: it has to be disable, allow, prefer, require, verify-ca or verify-full"
        )));
    }
    // PostgreSQL's word for the roots of the system, which are always trusted here.
    if parameter(&url, &ROOT_CERT).is_some_and(|file| file == "system") {
        url = without_parameter(&url, &ROOT_CERT);
        let mode = parameter(&url, &SSL_MODE);
        if mode.as_deref().is_some_and(|mode| mode != "verify-full") {
            return Err(OpenError::Setting("sslrootcert=system goes with sslmode=verify-full only".into()));
        }
        url = with_parameter(&url, &SSL_MODE, "verify-full");
    }
    for names in [&ROOT_CERT[..], &CLIENT_CERT, &CLIENT_KEY] {
        if let Some(value) = parameter(&url, names) {
            check_pem(names[0], &value)?;
        }
    }
    // A socket of this machine has no TLS, whatever the URL says.
    let options = PgConnectOptions::from_url(&url).map_err(unreadable)?;
    let host = options.get_host().to_owned();
    if options.get_socket().is_some() || host.starts_with('/') {
        return Ok(Address(Kind::Postgres(with_parameter(&url, &SSL_MODE, "disable"))));
    }
    if matches!(options.get_ssl_mode(), PgSslMode::Require) && parameter(&url, &ROOT_CERT).is_some() {
        url = with_parameter(&url, &SSL_MODE, "verify-ca");
    }
    // The brackets are the URL's; a certificate's name has none.
    if let Some(number) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        url.query_pairs_mut().append_pair("host", number);
    }
    Ok(Address(Kind::Postgres(url)))
}

/// Looks into a file of the URL now, where the error can still name it.
fn check_pem(name: &str, value: &str) -> Result<(), OpenError> {
    let text = if value.trim_start().starts_with("-----BEGIN") {
        value.to_owned()
    } else {
        std::fs::read_to_string(value)
            .map_err(|error| OpenError::Setting(format!("{name} of the database URL, {value}: {error}")))?
    };
    if !text.contains("-----BEGIN ") {
        return Err(OpenError::Setting(format!("{name} of the database URL, {value}, is no PEM file")));
    }
    Ok(())
}

fn parameter(url: &Url, names: &[&str]) -> Option<String> {
    // As sqlx does: the last one counts.
    url.query_pairs().filter(|(name, _)| names.contains(&&**name)).last().map(|(_, value)| value.into_owned())
}

fn without_parameter(url: &Url, names: &[&str]) -> Url {
    let mut changed = url.clone();
    changed.set_query(None);
    for (name, value) in url.query_pairs().filter(|(name, _)| !names.contains(&&**name)) {
        changed.query_pairs_mut().append_pair(&name, &value);
    }
    changed
}

fn with_parameter(url: &Url, names: &[&str], value: &str) -> Url {
    let mut changed = without_parameter(url, names);
    changed.query_pairs_mut().append_pair(names[0], value);
    changed
}

fn unreadable(error: impl std::fmt::Display) -> OpenError {
    OpenError::Setting(format!("the database URL cannot be used: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(url: &str) -> String {
        Address::parse(url).unwrap().file().unwrap().to_str().unwrap().to_owned()
    }

    /// The URL that sqlx gets.
    fn driver_url(url: &str) -> String {
        Address::parse(url).unwrap().options().database_url.to_string()
    }

    #[test]
    fn an_sqlite_url_is_decoded_once() {
        assert_eq!(path("sqlite:///t/a%41b.db?mode=rwc"), "/t/aAb.db");
        assert_eq!(path("sqlite:///t/a%2541b.db"), "/t/a%41b.db");
        assert_eq!(path("sqlite:///t/my data/a:b[c]#d.db?mode=rwc"), "/t/my data/a:b[c]#d.db");
        assert_eq!(path("sqlite:///t/100%.db"), "/t/100%.db");
        assert_eq!(path("sqlite:///t/%3f%23.db?mode=rw"), "/t/?#.db");
        assert!(path("sqlite://data/keyrack.db").ends_with("/data/keyrack.db"));
        assert!(path("sqlite:data/keyrack.db").ends_with("/data/keyrack.db"));
    }

    #[test]
    fn every_path_comes_back_from_the_url_that_was_made_of_it() {
        for text in
            ["/t/a%41b", "/t/a b?c#d", "/t/a:b[c]", "/t/mode=rwc", "/t/é/東", "/t/x/../y", "/t/%2f", "/t/\"<>`{}|\\^"]
        {
            let url = url_of_file(Path::new(text), &[("mode".into(), "rwc".into())]);
            assert_eq!(path(url.as_str()), text);
            let options = sqlx::sqlite::SqliteConnectOptions::from_url(&url).unwrap();
            assert_eq!(options.get_filename(), Path::new(text));
        }
    }

    #[test]
    fn a_database_that_must_exist_is_not_made_whatever_its_path_says() {
        let address = Address::parse("sqlite:///t/mode=rwc/x.db?mode=rwc").unwrap();
        assert!(address.file_to_make().is_some());
        let address = address.existing();
        assert_eq!(address.file_to_make(), None);
        assert_eq!(address.file(), Some(Path::new("/t/mode=rwc/x.db")));
        assert!(address.options().database_url.as_str().ends_with("?mode=rw"));
    }

    #[test]
    fn a_path_that_is_not_utf_8_is_refused() {
        let refused = Address::parse("sqlite:///t/%ff.db").unwrap_err();
        assert!(refused.to_string().contains("only paths that are UTF-8"), "{refused}");
    }

    #[test]
    fn postgresql_is_asked_as_its_own_programs_would_ask_it() {
        assert_eq!(driver_url("postgres://a@h/d?sslmode=verify-full"), "postgres://a@h/d?sslmode=verify-full");
        assert_eq!(driver_url("postgres://a@h/d?sslrootcert=system"), "postgres://a@h/d?sslmode=verify-full");
        assert_eq!(
            driver_url("postgres://a@%2Frun%2Fpg/d?sslmode=require"),
            "postgres://a@%2Frun%2Fpg/d?sslmode=disable"
        );
        assert_eq!(
            driver_url("postgres://a@[::1]/d?sslmode=require"),
            "postgres://a@[::1]/d?sslmode=require&host=%3A%3A1"
        );
    }

    #[test]
    fn a_slip_in_a_setting_of_tls_is_named() {
        for (query, says) in [
            ("sslmod=verify-full", "“sslmod”"),
            ("ssl=true", "“ssl”"),
            ("sslmode=verify", "sslmode=verify:"),
            ("sslmode=require&sslrootcert=system", "verify-full only"),
            (
                "sslmode=verify-full&sslrootcert=/no/such/ca.pem",
                "sslrootcert of the database URL, /no/such/ca.pem: No such",
            ),
            ("sslcert=/dev/null", "sslcert of the database URL, /dev/null, is no PEM file"),
        ] {
            let refused = Address::parse(&format!("postgres://a@h/d?{query}")).unwrap_err().to_string();
            assert!(refused.contains(says), "{query}: {refused}");
        }
    }
}
