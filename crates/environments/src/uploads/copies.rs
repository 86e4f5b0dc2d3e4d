//! Files of uploads, wherever they lie. What another server has is fetched from there, whole and checked, or not at all;
//! the copy is there only for as long as somebody works with it, and who does so at once shares it. So nothing has to be
//! told to copies when an upload is removed, and they take no more room than the uploads themselves.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::time::timeout;

use super::incoming::{Arrived, Writing};
use super::shared::Shared;
use super::{Content, Upload};
use crate::uploads::service::Uploads;
use keyrack_core::caller::Caller;
use keyrack_core::cluster::Placement;
use keyrack_core::error::{Error, Result};
use keyrack_types::ids::AccountId;

/// A server that is there answers in this time, and sends something in this time until all is sent.
const IN_TIME: Duration = Duration::from_secs(20);
/// How much is written at once.
const PIECE: usize = 64 << 10;

/// The file of an upload. It is there while this is held, unless the upload is removed.
pub(crate) struct UploadFile {
    path: PathBuf,
    _copy: Option<Arc<Shared>>,
}

impl UploadFile {
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Uploads {
    /// The file of an upload.
    ///
    /// # Errors
    /// [`Error::FileAway`] when the server that has it does not answer, [`Error::NotFound`] when no server has it.
    pub(crate) async fn file_of(&self, caller: &Caller, upload: &Upload) -> Result<UploadFile> {
        let path = self.uploads_folder().join(&upload.key);
        if tokio::fs::try_exists(&path).await.unwrap_or(false) {
            return Ok(UploadFile { path, _copy: None });
        }
        let gone =
            || Error::NotFound(format!("the file of “{}” is not there any more: upload it again", upload.name).into());
        let (_, content) = super::archives::find_key(self, caller, &upload.key).await?.ok_or_else(gone)?;
        let placement =
            content.placement.as_ref().filter(|placement| !self.is_local(Some(placement))).ok_or_else(gone)?;
        let copy = self.copies.of(&upload.key);
        let path =
            copy.get_or_try_init(|| self.fetch(caller.account, upload, &content, placement)).await?.path().to_owned();
        Ok(UploadFile { path, _copy: Some(copy) })
    }

    /// Fetches a file from the server that has it.
    async fn fetch(
        &self,
        account: AccountId,
        upload: &Upload,
        content: &Content,
        placement: &Placement,
    ) -> Result<Arrived> {
        let away = |why: &str| {
            tracing::warn!(server = %placement.server, address = %placement.address, why, "an upload could not be fetched");
            Error::FileAway { name: upload.name.clone(), server: placement.server.clone() }
        };
        let peers = self.peers().filter(|_| placement.answers()).ok_or_else(|| away("it is not there"))?;
        let asked = timeout(IN_TIME, peers.upload(self, placement, account, &upload.key)).await;
        let answered = asked.map_err(|_| away("it does not answer"))?.map_err(|why| away(&why))?;
        let mut pieces = answered.ok_or_else(|| not_as_it_was(upload, placement))?;
        let mut writing =
            Writing::begin(self.uploads_folder(), self.world.random(), upload.size, String::new()).await?;
        let mut piece = vec![0; PIECE];
        loop {
            let read = timeout(IN_TIME, pieces.read(&mut piece)).await;
            match read.map_err(|_| away("it stopped sending"))?.map_err(|error| away(&error.to_string()))? {
                0 => break,
                length => match writing.write(&piece[..length]).await {
                    Err(Error::Limit(_)) => return Err(not_as_it_was(upload, placement)),
                    written => written?,
                },
            }
        }
        let arrived = writing.finish().await?;
        let same = arrived.size == upload.size && content.sha256.as_ref().is_none_or(|hash| *hash == arrived.sha256);
        if same { Ok(arrived) } else { Err(not_as_it_was(upload, placement)) }
    }

    /// Where the file of an account's upload lies here, for another server that asks; `None` when it is not here, or is
    /// none of that account.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn file_for(&self, account: AccountId, key: &str) -> Result<Option<PathBuf>> {
        let known: Option<String> =
            sqlx::query_scalar("SELECT file_key FROM uploads WHERE account_id = $1 AND file_key = $2")
                .bind(account.0)
                .bind(key.to_owned())
                .fetch_optional(self.store.read())
                .await?;
        let path = known.map(|key| self.uploads_folder().join(key));
        Ok(path.filter(|path| path.is_file()))
    }
}

fn not_as_it_was(upload: &Upload, placement: &Placement) -> Error {
    tracing::error!(server = %placement.server, upload = upload.id, "that server does not have what was uploaded");
    let why = format!(
        "server {} of this installation does not have “{}” any more as it was uploaded: upload it again",
        placement.server, upload.name
    );
    Error::NotFound(why.into())
}
