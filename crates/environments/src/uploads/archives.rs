//! Uploads that are kept: the account's archives.

use chrono::{DateTime, Utc};

use super::{ADDRESS, Content, LONGEST_COMMENT, Upload, file_name};
use crate::reach::limiting_token;
use crate::uploads::service::Uploads;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::cluster::{Invalidation, Placement};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_core::store::Dialect;
use keyrack_types::ids::ServerId;
use keyrack_types::text::hidden;

keyrack_core::store::row! {
    struct Archive {
        id: i64,
        name: String,
        comment: String,
        size: i64,
        created_at: DateTime<Utc>,
        file_key: String,
    }

    /// An upload, and where its file is.
    struct PlacedUpload {
        id: i64,
        name: String,
        comment: String,
        size: i64,
        created_at: DateTime<Utc>,
        file_key: String,
        sha256: Option<String>,
        server_id: Option<ServerId>,
        server_address: String,
        server_alive: bool,
    }

    struct DeletedArchive {
        file_key: String,
        name: String,
    }
}

/// Selects [`PlacedUpload`]s by their keys.
macro_rules! select_placed {
    ($dialect:ident) => {
        concat!(
            "SELECT u.id, u.name, u.comment, u.size, u.created_at, u.file_key, u.sha256, ",
            keyrack_core::placement_sql!($dialect),
            " FROM uploads u LEFT JOIN servers s ON s.id = u.server WHERE u.account_id = $1 AND u.file_key = $2 ",
            "AND (CAST($3 AS BIGINT) = 0 OR u.token_id = $3)"
        )
    };
}

impl Uploads {
    /// The upload with this address. The server's name in the address does not matter: clients reach a server under
    /// several, and nothing is ever fetched from there.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an address of something else, [`Error::NotFound`] for an upload that is not there (any
    /// more), also for one of another account, or of somebody else than a token that is limited to environments.
    pub async fn at(&self, caller: &Caller, address: &str) -> Result<Upload> {
        let key = key_of(address).ok_or_else(|| {
            let why = "it has to be the address of a file that was uploaded to this server (storage.uploader.Upload answers \
                       it as `file`); nothing is fetched from elsewhere";
            Error::invalid(field::Upload::Address, why)
        })?;
        let (upload, _) = find_key(self, caller, key)
            .await?
            .ok_or_else(|| Error::NotFound("there is no such upload: it was removed, or its day is over".into()))?;
        Ok(upload)
    }

    /// Keeps an upload, found by its address, in the account's list of archives until somebody removes it. Registered
    /// again, name and comment are replaced.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Invalid`], [`Error::NotFound`].
    pub async fn register_archive(
        &self,
        caller: &Caller,
        client: &Client,
        address: &str,
        name: Option<&str>,
        comment: &str,
    ) -> Result<Upload> {
        caller.require(Right::Operate)?;
        caller.require_account()?;
        if comment.chars().count() > LONGEST_COMMENT || comment.split(is_layout).any(|line| hidden(line).is_some()) {
            let why = format!(
                "comment: it has to be at most {LONGEST_COMMENT} characters, without control or invisible characters"
            );
            return Err(Error::invalid(field::Upload::Comment, why));
        }
        let mut upload = self.at(caller, address).await?;
        if let Some(name) = name {
            upload.name = file_name(name)?;
        }
        upload.comment = comment.to_owned();
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        let kept = sqlx::query(
            "UPDATE uploads SET name = $3, comment = $4, registered_at = $5 WHERE account_id = $1 AND id = $2",
        )
        .bind(caller.account.0)
        .bind(upload.id)
        .bind(&upload.name)
        .bind(&upload.comment)
        .bind(now.timestamp_millis())
        .execute(&mut *tx)
        .await?;
        if kept.rows_affected() == 0 {
            return Err(missing(upload.id));
        }
        let event = Event::by(caller, client, "archive.create", format!("upload:{} {}", upload.id, upload.name));
        audit::append(&mut tx, now, event).await?;
        tx.commit(&[]).await?;
        Ok(upload)
    }

    /// The account's archives, the oldest first.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn archives(&self, caller: &Caller) -> Result<Vec<Upload>> {
        caller.require(Right::See)?;
        caller.require_account()?;
        let rows = sqlx::query_as::<_, Archive>(
            "SELECT id, name, comment, size, created_at, file_key FROM uploads \
             WHERE account_id = $1 AND registered_at IS NOT NULL ORDER BY id",
        )
        .bind(caller.account.0)
        .fetch_all(self.store.read())
        .await?;
        Ok(rows.into_iter().map(Archive::upload).collect())
    }

    /// Removes an archive. What was deployed from it stays deployed.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn delete_archive(&self, caller: &Caller, client: &Client, id: i64) -> Result<()> {
        caller.require(Right::Operate)?;
        caller.require_account()?;
        let mut tx = self.store.begin().await?;
        let DeletedArchive { file_key: key, name } = sqlx::query_as::<_, DeletedArchive>(
            "DELETE FROM uploads WHERE account_id = $1 AND id = $2 AND registered_at IS NOT NULL \
             RETURNING file_key, name",
        )
        .bind(caller.account.0)
        .bind(id)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or_else(|| missing(id))?;
        let event = Event::by(caller, client, "archive.delete", format!("upload:{id} {name}"));
        audit::append(&mut tx, self.world.now(), event).await?;
        // Its file goes from the server that has it; what cannot be removed now goes with the next sweep there.
        tx.commit(&[Invalidation::upload(&key)?]).await
    }
}

/// The account's upload with this key, and where it lies. A token that is limited to environments finds what it sent itself.
pub(super) async fn find_key(keyrack: &Uploads, caller: &Caller, key: &str) -> Result<Option<(Upload, Content)>> {
    let text = match keyrack.store.dialect() {
        Dialect::Sqlite => select_placed!(Sqlite),
        Dialect::Postgres => select_placed!(Postgres),
    };
    let row = sqlx::query_as::<_, PlacedUpload>(text)
        .bind(caller.account.0)
        .bind(key.to_owned())
        .bind(limiting_token(caller))
        .fetch_optional(keyrack.store.read())
        .await?;
    Ok(row.map(PlacedUpload::split))
}

impl Archive {
    fn upload(self) -> Upload {
        Upload {
            id: self.id,
            name: self.name,
            comment: self.comment,
            size: u64::try_from(self.size).unwrap_or_default(),
            created: self.created_at,
            key: self.file_key,
        }
    }
}

impl PlacedUpload {
    fn split(self) -> (Upload, Content) {
        let PlacedUpload { id, name, comment, size, created_at, file_key, .. } = self;
        let content = Content {
            sha256: self.sha256,
            placement: Placement::new(self.server_id, self.server_address, self.server_alive),
        };
        (Archive { id, name, comment, size, created_at, file_key }.upload(), content)
    }
}

fn missing(id: i64) -> Error {
    Error::NotFound(format!("there is no archive {id}").into())
}

/// What lays a comment out in lines.
fn is_layout(letter: char) -> bool {
    matches!(letter, '\n' | '\r' | '\t')
}

/// The key in an address.
fn key_of(address: &str) -> Option<&str> {
    let (_, rest) = address.trim().split_once(ADDRESS)?;
    let key = rest.split('/').next()?;
    (key.len() == 32 && key.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::key_of;

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
}
