//! What nobody needs any more goes.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use super::incoming::INCOMING;
use crate::uploads::service::Uploads;
use keyrack_core::error::{Error, Result};

/// Lifetime of an upload that is not registered; also the age at which an incomplete file is removed.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// How old a file has to be that no row speaks of: it gets its name just before its row is there for others to see.
const UNKNOWN: Duration = Duration::from_secs(10 * 60);

keyrack_core::store::row! {
    struct KnownFile {
        file_key: String,
        is_placed: bool,
    }
}

impl Uploads {
    /// Removes uploads that were not registered within a day, and this server's files that no row speaks of: of uploads
    /// that were removed meanwhile, of accounts that are gone, of calls that broke off with the server.
    ///
    /// # Errors
    /// From the database and the file system; the next sweep goes on.
    pub async fn sweep(&self) -> Result<()> {
        let before = self.world.now().timestamp_millis() - KEPT.as_millis() as i64;
        let mut tx = self.store.begin().await?;
        let expired: Vec<String> = sqlx::query_scalar(
            "DELETE FROM uploads WHERE registered_at IS NULL AND created_at < $1 RETURNING file_key",
        )
        .bind(before)
        .fetch_all(&mut *tx)
        .await?;
        let files = sqlx::query_as::<_, KnownFile>(
            "SELECT file_key, CASE WHEN server IS NULL THEN 0 ELSE 1 END AS is_placed FROM uploads",
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit(&[]).await?;
        let keys: HashMap<String, bool> = files.into_iter().map(|file| (file.file_key, file.is_placed)).collect();
        let mut entries = match tokio::fs::read_dir(self.uploads_folder()).await {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(Error::internal)?,
        };
        while let Some(entry) = entries.next_entry().await.map_err(Error::internal)? {
            let Ok(name) = entry.file_name().into_string() else { continue };
            match keys.get(&name) {
                Some(true) => continue,
                Some(false) => {
                    self.claim(&name).await?;
                    continue;
                }
                None => {}
            }
            let age = if name.starts_with(INCOMING) { KEPT } else { UNKNOWN };
            let old = |modified: SystemTime| modified.elapsed().is_ok_and(|elapsed| elapsed > age);
            let forgotten = entry.metadata().await.and_then(|facts| facts.modified()).is_ok_and(old);
            if expired.contains(&name) || forgotten {
                let _ = tokio::fs::remove_file(entry.path()).await;
            }
        }
        Ok(())
    }

    /// Says of an upload of a former version that it lies here.
    async fn claim(&self, key: &str) -> Result<()> {
        let Some(me) = self.server_id() else { return Ok(()) };
        let mut tx = self.store.begin().await?;
        sqlx::query("UPDATE uploads SET server = $1 WHERE file_key = $2 AND server IS NULL")
            .bind(me.as_str())
            .bind(key.to_owned())
            .execute(&mut *tx)
            .await?;
        tx.commit(&[]).await
    }
}
