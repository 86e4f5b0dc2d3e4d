//! Which cache entries and files a change invalidates on all servers, and the notification that says so.

use std::path::PathBuf;

use crate::core::Core;
use crate::error::{Error, Result};
use crate::secret::SecretHash;
use crate::store::{Dialect, Tx};
use keyrack_types::ids::{TokenId, UserId};

/// The channel of PostgreSQL's NOTIFY on which servers inform each other.
pub(super) const CHANNEL: &str = "keyrack";

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

    /// `None` for what this server does not understand.
    fn from_line(line: &str) -> Option<Invalidation> {
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

impl Core {
    /// Commits a change together with the notification to all servers, and applies the invalidations here. PostgreSQL delivers
    /// the notification at the commit, and only then.
    ///
    /// # Errors
    /// When the database cannot be reached. What was to be forgotten is forgotten then too: the commit may have come through.
    pub async fn commit(&self, mut tx: Tx, changes: &[Invalidation]) -> Result<()> {
        if self.store.dialect() == Dialect::Postgres {
            for changes in changes.chunks(PER_NOTIFICATION) {
                let lines: Vec<_> = changes.iter().map(|change| change.to_line()).collect();
                notify(&mut tx, &lines.join("\n")).await?;
            }
        }
        let committed = tx.commit().await;
        changes.iter().for_each(|change| self.forget(*change));
        Ok(committed?)
    }

    /// Applies the invalidations of another server's notification.
    pub(super) fn apply(&self, payload: &str) {
        for line in payload.lines() {
            // What a newer server says may be more than this one understands.
            self.forget(Invalidation::from_line(line).unwrap_or(Invalidation::All));
        }
    }

    fn forget(&self, change: Invalidation) {
        match change {
            Invalidation::Token(hash, id) => self.callers.forget_token(&hash, id),
            Invalidation::Session(hash) => self.callers.forget_session(&hash),
            Invalidation::User(id) => self.callers.forget_user(id),
            Invalidation::All => self.callers.forget_all(),
            Invalidation::Upload(key) => self.drop_upload_file(&hex::encode(key)),
        }
    }
}

impl Core {
    /// The folder of uploads.
    pub fn uploads_folder(&self) -> PathBuf {
        self.settings.data.join("uploads")
    }

    /// Removes the file of an upload that was removed, if this server has it. What cannot be removed now goes with a sweep.
    pub(crate) fn drop_upload_file(&self, key: &str) {
        let path = self.uploads_folder().join(key);
        // Large files take their time.
        tokio::task::spawn_blocking(move || std::fs::remove_file(path));
    }
}

fn upload_key(text: &str) -> Option<[u8; 16]> {
    hex::decode(text).ok()?.try_into().ok()
}

/// Notifies all servers at the transaction's commit.
pub(super) async fn notify(tx: &mut Tx, text: &str) -> Result<()> {
    // Cast, because the driver has no type for the function's empty answer.
    sqlx::query("SELECT CAST(pg_notify($1, $2) AS TEXT)").bind(CHANNEL).bind(text).execute(&mut **tx).await?;
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
