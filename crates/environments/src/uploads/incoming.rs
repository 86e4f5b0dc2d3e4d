//! A file on its way into the uploads folder: written piece by piece under a name that nobody speaks of.

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use keyrack_core::error::{Error, Result};

/// What the names of such files begin with.
pub(super) const INCOMING: &str = "incoming-";

/// A file that is being written. Dropped, it is gone.
pub(super) struct Writing {
    file: File,
    path: TemporaryPath,
    size: u64,
    hash: Sha256,
    /// The most bytes that it can have, and why not more.
    limit: u64,
    why: String,
}

/// A file that is whole. Dropped, it is gone, unless it was moved away.
pub(super) struct Arrived {
    path: TemporaryPath,
    pub size: u64,
    /// In hexadecimal digits.
    pub sha256: String,
}

struct TemporaryPath(PathBuf);

impl Drop for TemporaryPath {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Writing {
    /// Begins a file in this folder, of at most `limit` bytes; `why` says why not more.
    pub async fn begin(folder: PathBuf, name: [u8; 16], limit: u64, why: String) -> Result<Writing> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true).mode(0o700).create(&folder).map_err(cannot_store)?;
        let path = folder.join(format!("{INCOMING}{}", hex::encode(name)));
        let mut options = File::options();
        let file = options.write(true).create_new(true).mode(0o600).open(&path).await.map_err(cannot_store)?;
        Ok(Writing { file, path: TemporaryPath(path), size: 0, hash: Sha256::new(), limit, why })
    }

    /// Adds the next piece.
    pub async fn write(&mut self, piece: &[u8]) -> Result<()> {
        let size = self.size + piece.len() as u64;
        if size > self.limit {
            return Err(Error::Limit(self.why.clone().into()));
        }
        self.size = size;
        self.hash.update(piece);
        self.file.write_all(piece).await.map_err(cannot_store)
    }

    /// All is there.
    pub async fn finish(mut self) -> Result<Arrived> {
        self.file.flush().await.map_err(cannot_store)?;
        Ok(Arrived { path: self.path, size: self.size, sha256: hex::encode(self.hash.finalize()) })
    }
}

impl Arrived {
    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path.0
    }
}

pub(super) fn cannot_store(error: std::io::Error) -> Error {
    tracing::error!(%error, "an upload cannot be stored");
    Error::Unavailable
}
