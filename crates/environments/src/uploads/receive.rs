//! Taking a file in, piece by piece, without ever holding it in memory.

use std::path::Path;

use super::incoming::{Arrived, Writing, cannot_store};
use super::running::Counted;
use super::{Upload, file_name};
use crate::uploads::service::Uploads;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::cluster::ServerId;
use keyrack_core::error::{Error, Result};
use keyrack_types::bounds::counts::UPLOADS;
use keyrack_types::ids::AccountId;

/// A file that is arriving. Dropped, it is gone.
pub struct Receiving {
    name: String,
    writing: Writing,
    counted: Counted,
}

/// A file that has arrived. Dropped, it is gone, unless it was kept.
pub struct Received {
    name: String,
    file: Arrived,
    _counted: Counted,
}

keyrack_core::store::row! {
    /// What an account keeps.
    struct UploadTotal {
        uploads: i64,
        size: i64,
    }
}

impl Uploads {
    /// Begins to take a file in.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Invalid`] for its name, [`Error::Limit`] when the account has as many as it can, or
    /// is sending too many.
    pub async fn receive(&self, caller: &Caller, name: &str) -> Result<Receiving> {
        caller.require(Right::Operate)?;
        let name = file_name(name)?;
        let counted = self.receiving.begin(caller.account)?;
        let left = self.space_left(caller.account).await?;
        let of_one = self.settings.upload_limit;
        let (limit, why) = if left < of_one {
            let all = self.settings.upload_space >> 20;
            (
                left,
                format!("the account can keep {all} MiB of uploads, and {left} bytes are left: remove some archives"),
            )
        } else {
            (of_one, format!("a file can have {} MiB ({of_one} bytes)", of_one >> 20))
        };
        Ok(Receiving {
            name,
            writing: Writing::begin(self.uploads_folder(), self.world.random(), limit, why).await?,
            counted,
        })
    }

    /// Keeps a file that has arrived, for a day unless it is registered.
    ///
    /// # Errors
    /// [`Error::Limit`] when others came first.
    pub async fn keep(&self, caller: &Caller, client: &Client, file: &Received) -> Result<Upload> {
        caller.require(Right::Operate)?;
        let now = self.world.now();
        let key = hex::encode(self.world.random::<16>());
        let mut tx = self.store.begin().await?;
        tx.lock_account(caller.account).await?;
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO uploads (account_id, user_id, file_key, name, size, created_at, server, sha256, token_id) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
        )
        .bind(caller.account.0)
        .bind(caller.user.0)
        .bind(&key)
        .bind(&file.name)
        .bind(i64::try_from(file.file.size).map_err(Error::internal)?)
        .bind(now.timestamp_millis())
        .bind(self.server_id().map(ServerId::to_string))
        .bind(&file.file.sha256)
        .bind(caller.by_token().map(|token| token.0))
        .fetch_one(&mut *tx)
        .await?;
        let (count, size) = kept(&mut tx, caller.account).await?;
        if count > UPLOADS || size > self.settings.upload_space {
            let why = format!(
                "an account can keep {UPLOADS} uploads with {} MiB in all: remove some archives",
                self.settings.upload_space >> 20
            );
            return Err(Error::Limit(why.into()));
        }
        let event = Event::by(caller, client, "upload.create", format!("upload:{id} {}", file.name));
        audit::append(&mut tx, now, event.with("size", file.file.size)).await?;
        tokio::fs::rename(file.path(), self.uploads_folder().join(&key)).await.map_err(cannot_store)?;
        tx.commit(&[]).await?;
        let (name, size) = (file.name.clone(), file.file.size);
        Ok(Upload { id, name, comment: String::new(), size, created: now, key })
    }

    /// How many bytes the account may still keep.
    async fn space_left(&self, account: AccountId) -> Result<u64> {
        let mut connection = self.store.read().acquire().await?;
        let (count, size) = kept(&mut connection, account).await?;
        if count >= UPLOADS {
            return Err(Error::Limit(format!("an account can keep {UPLOADS} uploads: remove some archives").into()));
        }
        Ok(self.settings.upload_space.saturating_sub(size))
    }
}

/// How many uploads an account has, and how many bytes.
async fn kept(connection: &mut sqlx::AnyConnection, account: AccountId) -> Result<(i64, u64)> {
    let total = sqlx::query_as::<_, UploadTotal>(
        "SELECT COUNT(*) AS uploads, CAST(COALESCE(SUM(size), 0) AS BIGINT) AS size FROM uploads WHERE account_id = $1",
    )
    .bind(account.0)
    .fetch_one(connection)
    .await?;
    Ok((total.uploads, u64::try_from(total.size).unwrap_or_default()))
}

impl Receiving {
    /// Takes the next piece.
    ///
    /// # Errors
    /// [`Error::Limit`] when that makes it too large, [`Error::Unavailable`] when it cannot be stored.
    pub async fn write(&mut self, piece: &[u8]) -> Result<()> {
        self.writing.write(piece).await
    }

    /// All is there.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it cannot be stored.
    pub async fn finish(self) -> Result<Received> {
        Ok(Received { name: self.name, file: self.writing.finish().await?, _counted: self.counted })
    }
}

impl Received {
    /// As the client called it, without folders.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Size in bytes.
    pub fn size(&self) -> u64 {
        self.file.size
    }

    /// What its content hashes to, in hexadecimal digits.
    pub fn sha256(&self) -> &str {
        &self.file.sha256
    }

    /// Where it lies until it is dropped or kept.
    pub fn path(&self) -> &Path {
        self.file.path()
    }
}
