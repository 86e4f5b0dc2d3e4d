//! Where the local engine keeps things in the data folder.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use keyrack_types::ids::NodeId;

/// The folders of one data folder.
#[derive(Clone, Debug)]
pub struct Folders {
    data: PathBuf,
}

impl Folders {
    /// Makes the folders and closes the data folder to strangers.
    ///
    /// # Errors
    /// From the file system.
    pub fn open(data: &Path) -> io::Result<Folders> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true).mode(0o700);
        builder.create(data)?;
        let folders = Folders { data: data.canonicalize()? };
        for folder in ["nodes", "logs", "run", "recipes"] {
            builder.create(folders.data.join(folder))?;
        }
        folders.let_pass(false)?;
        set_mode(&folders.data.join("logs"), 0o700)?;
        set_mode(&folders.data.join("run"), 0o700)?;
        for file in ["keyrack.db", "keyrack.db-wal", "keyrack.db-shm"] {
            let file = folders.data.join(file);
            if file.exists() {
                set_mode(&file, 0o600)?;
            }
        }
        Ok(folders)
    }

    /// Whether other users may pass through to nodes' folders, which nodes without walls, but with users of their own, have
    /// to: neither list them nor read the database.
    ///
    /// # Errors
    /// From the file system.
    pub fn let_pass(&self, others: bool) -> io::Result<()> {
        let pass = if others { 0o011 } else { 0 };
        let mode = fs::metadata(&self.data)?.permissions().mode();
        set_mode(&self.data, (mode & 0o700) | pass)?;
        set_mode(&self.nodes(), 0o700 | pass)
    }

    /// The data folder itself.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// All nodes' folders.
    pub fn nodes(&self) -> PathBuf {
        self.data.join("nodes")
    }

    /// One node's folder: its working folder and home.
    pub fn node(&self, node: NodeId) -> PathBuf {
        self.nodes().join(node.to_string())
    }

    /// Where a node's logs are, out of its own reach.
    pub fn logs(&self, node: NodeId) -> PathBuf {
        self.data.join("logs").join(node.to_string())
    }

    /// The operator's recipes.
    pub fn recipes(&self) -> PathBuf {
        self.data.join("recipes")
    }

    /// All locks that supervisors hold while they live.
    pub fn locks(&self) -> PathBuf {
        self.data.join("run")
    }

    /// The lock of one node's supervisor.
    pub fn lock(&self, node: NodeId) -> PathBuf {
        self.locks().join(format!("{node}.lock"))
    }
}

fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}
