//! Files that clients send to the server: archives to be deployed, files for nodes.
//!
//! A file lies in the data folder of the server that took it, under a random key, and the row that speaks of it belongs to
//! an account; nothing finds it for another one. What nobody registers goes after a day.

mod archives;
mod copies;
mod incoming;
mod receive;
mod sweep;

use std::path::PathBuf;

use chrono::{DateTime, Utc};

use crate::caller::Caller;
use crate::cluster::Home;
use crate::error::{Error, Result};
use crate::keyrack::Keyrack;
use crate::types::text::hidden;

pub(crate) use copies::Copies;
pub use receive::{Received, Receiving, Running};

/// The longest file name and the longest comment, in characters.
const LONGEST_NAME: usize = 200;
const LONGEST_COMMENT: usize = 1000;

/// What stands in an address before the key.
const ADDRESS: &str = "/deploy/archives/";

/// A file that was sent here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    pub id: i64,
    /// As the client called it, without folders.
    pub name: String,
    pub comment: String,
    /// Size in bytes.
    pub size: u64,
    pub created: DateTime<Utc>,
    key: String,
}

impl Upload {
    /// The address by which its account's clients speak of it. Nothing is served there.
    pub fn address(&self, public_url: &str) -> String {
        let name: String = url::form_urlencoded::byte_serialize(self.name.as_bytes()).collect();
        format!("{}{ADDRESS}{}/{name}", public_url.trim_end_matches('/'), self.key)
    }
}

/// Where the file of an upload lies, and what is in it.
#[derive(Debug)]
struct Content {
    /// The server that took it; unknown for uploads of former versions.
    home: Option<Home>,
    sha256: Option<String>,
}

impl Keyrack {
    /// The upload with this address. The server's name in the address does not matter: clients reach a server under
    /// several, and nothing is ever fetched from there.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an address of something else, [`Error::NotFound`] for an upload that is not there (any
    /// more), also for one of another account.
    pub(crate) async fn upload_at(&self, caller: &Caller, parameter: &'static str, address: &str) -> Result<Upload> {
        let key = key_of(address).ok_or_else(|| {
            let why = "it has to be the address of a file that was uploaded to this server (storage.uploader.Upload answers \
                       it as `file`); nothing is fetched from elsewhere";
            Error::invalid(parameter, why)
        })?;
        let (upload, _) = archives::find_key(self, caller, key)
            .await?
            .ok_or_else(|| Error::NotFound("there is no such upload: it was removed, or its day is over".into()))?;
        Ok(upload)
    }

    fn uploads_folder(&self) -> PathBuf {
        self.settings.data.join("uploads")
    }
}

/// The key in an address.
fn key_of(address: &str) -> Option<&str> {
    let (_, rest) = address.trim().split_once(ADDRESS)?;
    let key = rest.split('/').next()?;
    (key.len() == 32 && key.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))).then_some(key)
}

/// The last part of a name that a client gave: some send the whole way of their own machine.
fn file_name(written: &str) -> Result<String> {
    let name = written.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    if name.is_empty() || matches!(name, "." | "..") {
        return Err(Error::invalid("file", "the file has to have a name"));
    }
    if name.chars().count() > LONGEST_NAME || hidden(name).is_some() {
        let why = format!(
            "the file's name has to be at most {LONGEST_NAME} characters, without control or invisible characters"
        );
        return Err(Error::invalid("file", why));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_addresses_have_a_key() {
        let key = "0123456789abcdef0123456789abcdef";
        for address in [
            format!("http://127.0.0.1:8080/deploy/archives/{key}/app.war"),
            format!(" https://elsewhere.example/deploy/archives/{key}/a%2Fb.war?x=1 "),
            format!("/deploy/archives/{key}"),
        ] {
            assert_eq!(key_of(&address), Some(key), "{address}");
        }
        for address in [
            "http://169.254.169.254/latest/meta-data/".to_owned(),
            "file:///etc/passwd".to_owned(),
            "/deploy/archives/../../keyrack.db".to_owned(),
            format!("/deploy/archives/{}", key.to_uppercase()),
            format!("/deploy/archives/{key}0/app.war"),
            String::new(),
        ] {
            assert_eq!(key_of(&address), None, "{address}");
        }
    }

    #[test]
    fn a_name_has_no_way_in_it() {
        for (written, name) in [
            ("app.war", "app.war"),
            (r"C:\build\app.war", "app.war"),
            ("../../etc/app.war", "app.war"),
            (" a b ", "a b"),
        ] {
            assert_eq!(file_name(written).unwrap(), name);
        }
        for written in ["", "..", "a/", "a\0b", "a\nb", &"x".repeat(201)] {
            assert!(file_name(written).is_err(), "{written:?}");
        }
    }
}
