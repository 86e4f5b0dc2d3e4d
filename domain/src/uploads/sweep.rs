//! What nobody needs any more goes.

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use crate::error::{Error, Result};
use crate::keyrack::Keyrack;

/// So long an upload is there that nobody registered; also how old a file has to be before it counts as forgotten.
const KEPT: Duration = Duration::from_secs(24 * 3600);

impl Keyrack {
    /// Removes uploads that were not registered within a day, and files that no row speaks of: of accounts that are gone,
    /// of calls that broke off with the server.
    ///
    /// # Errors
    /// From the database and the file system; the next sweep goes on.
    pub async fn sweep_uploads(&self) -> Result<()> {
        let folder = self.uploads_folder();
        let mut entries = match tokio::fs::read_dir(&folder).await {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(Error::internal)?,
        };
        let before = self.world.now().timestamp_millis() - KEPT.as_millis() as i64;
        let mut tx = self.store.begin().await?;
        let expired: Vec<String> = sqlx::query_scalar(
            "DELETE FROM uploads WHERE registered_at IS NULL AND created_at < $1 RETURNING file_key",
        )
        .bind(before)
        .fetch_all(&mut *tx)
        .await?;
        let keys: Vec<String> = sqlx::query_scalar("SELECT file_key FROM uploads").fetch_all(&mut *tx).await?;
        tx.commit().await?;
        let (expired, keys): (HashSet<_>, HashSet<_>) = (expired.into_iter().collect(), keys.into_iter().collect());
        while let Some(entry) = entries.next_entry().await.map_err(Error::internal)? {
            let Ok(name) = entry.file_name().into_string() else { continue };
            if keys.contains(&name) {
                continue;
            }
            // A file that is arriving has no row yet.
            let old = |modified: SystemTime| modified.elapsed().is_ok_and(|age| age > KEPT);
            let forgotten = entry.metadata().await.and_then(|facts| facts.modified()).is_ok_and(old);
            if expired.contains(&name) || forgotten {
                let _ = tokio::fs::remove_file(entry.path()).await;
            }
        }
        Ok(())
    }
}
