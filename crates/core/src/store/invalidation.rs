//! Which cache entries and files a change invalidates on all servers, and the notification that says so.

use sqlx::AnyConnection;

use crate::error::{Error, Result};
use crate::secret::SecretHash;
use keyrack_types::ids::{TokenId, UserId};

/// The channel of PostgreSQL's NOTIFY on which servers inform each other.
pub const CHANNEL: &str = "keyrack";

/// The most invalidations in one notification, which PostgreSQL bounds at 8000 bytes.
const PER_NOTIFICATION: usize = 50;

/// What has to be looked up anew, or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalidation {
    /// A token's secret, and every session that the token opened.
    Token(SecretHash, TokenId),
    /// One session's value.
    Session(SecretHash),
    /// Everything that a user can call with.
    User(UserId),
    /// Everybody.
    All,
    /// The file of an upload that was removed, by its key.
    Upload([u8; 16]),
}

impl Invalidation {
    /// The file of an upload with this key, as the store has it.
    pub fn upload(key: &str) -> Result<Invalidation> {
        upload_key(key).map(Invalidation::Upload).ok_or_else(|| Error::internal("an upload has a key that is none"))
    }

    fn to_line(self) -> String {
        match self {
            Invalidation::Token(hash, id) => format!("token {} {id}", hex::encode(hash.to_vec())),
            Invalidation::Session(hash) => format!("session {}", hex::encode(hash.to_vec())),
            Invalidation::User(id) => format!("user {id}"),
            Invalidation::All => "all".to_owned(),
            Invalidation::Upload(key) => format!("upload {}", hex::encode(key)),
        }
    }

    /// Reads a line of a notification; `None` for what this server does not understand.
    pub fn from_line(line: &str) -> Option<Invalidation> {
        let hash = |text: &str| SecretHash::from_stored(&hex::decode(text).ok()?);
        let mut words = line.split(' ');
        let forget = match words.next()? {
            "token" => Invalidation::Token(hash(words.next()?)?, TokenId(words.next()?.parse().ok()?)),
            "session" => Invalidation::Session(hash(words.next()?)?),
            "user" => Invalidation::User(UserId(words.next()?.parse().ok()?)),
            "all" => Invalidation::All,
            "upload" => Invalidation::Upload(upload_key(words.next()?)?),
            _ => return None,
        };
        words.next().is_none().then_some(forget)
    }
}

/// The texts of the notifications that say what is invalidated.
pub(super) fn to_payloads(invalidations: &[Invalidation]) -> Vec<String> {
    let payload = |some: &[Invalidation]| some.iter().map(|one| one.to_line()).collect::<Vec<_>>().join("\n");
    invalidations.chunks(PER_NOTIFICATION).map(payload).collect()
}

fn upload_key(text: &str) -> Option<[u8; 16]> {
    hex::decode(text).ok()?.try_into().ok()
}

/// Notifies all servers at the transaction's commit.
pub async fn notify(tx: &mut AnyConnection, text: &str) -> Result<()> {
    // Cast, because the driver has no type for the function's empty answer.
    sqlx::query("SELECT CAST(pg_notify($1, $2) AS TEXT)").bind(CHANNEL).bind(text).execute(tx).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_invalidation_is_parsed_as_it_was_written() {
        let hash = SecretHash::of("secret");
        for forget in [
            Invalidation::Token(hash, TokenId(7)),
            Invalidation::Session(hash),
            Invalidation::User(UserId(3)),
            Invalidation::All,
            Invalidation::Upload([7; 16]),
        ] {
            assert_eq!(Invalidation::from_line(&forget.to_line()), Some(forget));
        }
        for line in [
            "",
            "token",
            "token zz 7",
            "user x",
            "user 3 4",
            "session 00",
            "upload 00",
            "upload ..",
            "tomorrow's word 1",
        ] {
            assert_eq!(Invalidation::from_line(line), None, "{line}");
        }
    }
}
