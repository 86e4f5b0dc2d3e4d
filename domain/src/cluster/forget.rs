//! What a change makes untrue in the caches of all servers and void in their folders, and how it is told.

use std::path::PathBuf;

use crate::core::Core;
use crate::error::{Error, Result};
use crate::ids::{TokenId, UserId};
use crate::secret::SecretHash;
use crate::store::{Dialect, Tx};

/// The channel of PostgreSQL's NOTIFY on which servers tell each other.
pub(super) const CHANNEL: &str = "keyrack";

/// So many are told in one notification, which PostgreSQL bounds at 8000 bytes.
const TOLD_AT_ONCE: usize = 50;

/// What has to be looked up anew, or goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forget {
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

impl Forget {
    /// The file of an upload with this key, as the store has it.
    pub(crate) fn upload(key: &str) -> Result<Forget> {
        upload_key(key).map(Forget::Upload).ok_or_else(|| Error::internal("an upload has a key that is none"))
    }

    fn to_line(self) -> String {
        match self {
            Forget::Token(hash, id) => format!("token {} {id}", hex::encode(hash.to_vec())),
            Forget::Session(hash) => format!("session {}", hex::encode(hash.to_vec())),
            Forget::User(id) => format!("user {id}"),
            Forget::All => "all".to_owned(),
            Forget::Upload(key) => format!("upload {}", hex::encode(key)),
        }
    }

    /// `None` for what this server does not understand.
    fn from_line(line: &str) -> Option<Forget> {
        let hash = |text: &str| SecretHash::from_stored(&hex::decode(text).ok()?);
        let mut words = line.split(' ');
        let forget = match words.next()? {
            "token" => Forget::Token(hash(words.next()?)?, TokenId(words.next()?.parse().ok()?)),
            "session" => Forget::Session(hash(words.next()?)?),
            "user" => Forget::User(UserId(words.next()?.parse().ok()?)),
            "all" => Forget::All,
            "upload" => Forget::Upload(upload_key(words.next()?)?),
            _ => return None,
        };
        words.next().is_none().then_some(forget)
    }
}

impl Core {
    /// Commits a change together with the word to all servers, and forgets here what it makes untrue. PostgreSQL delivers
    /// the word at the commit, and only then.
    ///
    /// # Errors
    /// From the database. What was to be forgotten is forgotten then too: the commit may have come through.
    pub(crate) async fn commit(&self, mut tx: Tx, changes: &[Forget]) -> Result<()> {
        if self.store.dialect() == Dialect::Postgres {
            for changes in changes.chunks(TOLD_AT_ONCE) {
                let lines: Vec<_> = changes.iter().map(|change| change.to_line()).collect();
                notify(&mut tx, &lines.join("\n")).await?;
            }
        }
        let committed = tx.commit().await;
        changes.iter().for_each(|change| self.forget(*change));
        Ok(committed?)
    }

    /// Forgets what another server has changed.
    pub(super) fn heed(&self, told: &str) {
        for line in told.lines() {
            // What a newer server says may be more than this one understands.
            self.forget(Forget::from_line(line).unwrap_or(Forget::All));
        }
    }

    fn forget(&self, change: Forget) {
        match change {
            Forget::Token(hash, id) => self.callers.forget_token(&hash, id),
            Forget::Session(hash) => self.callers.forget_session(&hash),
            Forget::User(id) => self.callers.forget_user(id),
            Forget::All => self.callers.forget_all(),
            Forget::Upload(key) => self.drop_upload_file(&hex::encode(key)),
        }
    }
}

impl Core {
    /// Where uploads lie.
    pub(crate) fn uploads_folder(&self) -> PathBuf {
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

/// Tells all servers at the transaction's commit.
pub(super) async fn notify(tx: &mut Tx, text: &str) -> Result<()> {
    // Cast, because the driver has no type for the function's empty answer.
    sqlx::query("SELECT CAST(pg_notify($1, $2) AS TEXT)").bind(CHANNEL).bind(text).execute(&mut **tx).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_understood_as_it_was_meant() {
        let hash = SecretHash::of("secret");
        for forget in [
            Forget::Token(hash, TokenId(7)),
            Forget::Session(hash),
            Forget::User(UserId(3)),
            Forget::All,
            Forget::Upload([7; 16]),
        ] {
            assert_eq!(Forget::from_line(&forget.to_line()), Some(forget));
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
            assert_eq!(Forget::from_line(line), None, "{line}");
        }
    }
}
