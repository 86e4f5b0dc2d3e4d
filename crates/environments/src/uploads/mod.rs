//! Files that clients send to the server: archives to be deployed, files for nodes.
//!
//! A file lies in the data folder of the server that took it, under a random key, and the row that speaks of it belongs to
//! an account; nothing finds it for another one. What nobody registers goes after a day.

mod archives;
mod copies;
mod incoming;
mod receive;
mod running;
mod service;
mod shared;
mod sweep;

use chrono::{DateTime, Utc};

use keyrack_core::cluster::Placement;
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_types::text::hidden;

pub use receive::{Received, Receiving};
pub use service::Uploads;

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
    placement: Option<Placement>,
    sha256: Option<String>,
}

/// The last part of a name that a client gave: some send the whole way of their own machine.
fn file_name(written: &str) -> Result<String> {
    let name = written.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    if name.is_empty() || matches!(name, "." | "..") {
        return Err(Error::invalid(field::Upload::Name, "the file has to have a name"));
    }
    if name.chars().count() > LONGEST_NAME || hidden(name).is_some() {
        let why = format!(
            "the file's name has to be at most {LONGEST_NAME} characters, without control or invisible characters"
        );
        return Err(Error::invalid(field::Upload::Name, why));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

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
