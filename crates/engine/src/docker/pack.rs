//! Tars that go into containers and come out of them.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use chrono::DateTime;
use keyrack_types::bounds::nesting::FOLDERS;
use tar::{Builder, EntryType, Header};

use crate::{EngineError, FileEntry, FileKind, NodePath};

/// One file or folder of a tar.
pub struct Entry {
    /// From the container's root, without a slash before it.
    pub name: String,
    pub mode: u32,
    /// User and group.
    pub owner: (u64, u64),
}

/// A tar that grows.
#[derive(Default)]
pub struct Packer {
    builder: Option<Builder<Vec<u8>>>,
}

impl Packer {
    pub fn is_empty(&self) -> bool {
        self.builder.is_none()
    }

    fn builder(&mut self) -> &mut Builder<Vec<u8>> {
        self.builder.get_or_insert_with(|| Builder::new(Vec::new()))
    }

    /// # Errors
    /// For a name that a tar cannot hold.
    pub fn folder(&mut self, entry: &Entry) -> io::Result<()> {
        let mut header = header(entry, EntryType::Directory, 0);
        self.builder().append_data(&mut header, format!("{}/", entry.name), io::empty())
    }

    /// # Errors
    /// As [`Packer::folder`].
    pub fn file(&mut self, entry: &Entry, bytes: &[u8]) -> io::Result<()> {
        let mut header = header(entry, EntryType::Regular, bytes.len() as u64);
        self.builder().append_data(&mut header, &entry.name, bytes)
    }

    /// What is in a folder of the server, as the content of a folder `to`.
    ///
    /// # Errors
    /// From the file system; when folders lie too deep.
    pub fn tree(&mut self, folder: &Path, to: &str, owner: (u64, u64)) -> io::Result<()> {
        self.below(folder, to, owner, FOLDERS)
    }

    fn below(&mut self, folder: &Path, to: &str, owner: (u64, u64), depth: usize) -> io::Result<()> {
        if depth == 0 {
            return Err(io::Error::other("folders lie too deep in each other"));
        }
        for one in fs::read_dir(folder)? {
            let one = one?;
            let name = one.file_name().into_string().map_err(|_| io::Error::other("a name is no text"))?;
            let name = if to.is_empty() { name } else { format!("{to}/{name}") };
            let facts = one.metadata()?;
            let entry = Entry { name, mode: facts.permissions().mode() & 0o777, owner };
            if facts.is_dir() {
                self.folder(&entry)?;
                self.below(&one.path(), &entry.name, owner, depth - 1)?;
            } else if facts.is_symlink() {
                let mut header = header(&entry, EntryType::Symlink, 0);
                self.builder().append_link(&mut header, &entry.name, fs::read_link(one.path())?)?;
            } else if facts.is_file() {
                let mut header = header(&entry, EntryType::Regular, facts.len());
                self.builder().append_data(&mut header, &entry.name, fs::File::open(one.path())?)?;
            }
        }
        Ok(())
    }

    /// All of it.
    ///
    /// # Errors
    /// None that can be helped.
    pub fn finish(mut self) -> Result<Vec<u8>, EngineError> {
        self.builder();
        match self.builder {
            Some(builder) => Ok(builder.into_inner()?),
            None => Ok(Vec::new()),
        }
    }
}

fn header(entry: &Entry, kind: EntryType, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(entry.mode);
    header.set_uid(entry.owner.0);
    header.set_gid(entry.owner.1);
    header.set_size(size);
    header
}

/// What lies directly in a folder that an engine packed.
///
/// # Errors
/// [`EngineError::Failed`] for what is no tar.
pub fn entries(packed: &[u8], folder: &NodePath, most: usize) -> Result<Vec<FileEntry>, EngineError> {
    let mut archive = tar::Archive::new(packed);
    let mut listed = Vec::new();
    for entry in archive.entries()? {
        let entry = entry?;
        let path = entry.path()?.into_owned();
        // The folder itself is the first part.
        let mut parts = path.components().skip(1);
        let (Some(name), None) = (parts.next(), parts.next()) else { continue };
        let Some(name) = name.as_os_str().to_str().and_then(|name| NodePath::of_any_depth(name).ok()) else { continue };
        let header = entry.header();
        let kind = match header.entry_type() {
            EntryType::Directory => FileKind::Folder,
            EntryType::Regular => FileKind::File,
            EntryType::Symlink => FileKind::Link,
            _ => FileKind::Other,
        };
        let modified = header.mtime().ok().and_then(|at| i64::try_from(at).ok()).unwrap_or(0);
        listed.push(FileEntry {
            path: folder.join(&name),
            kind,
            size: header.size().unwrap_or(0),
            modified: DateTime::from_timestamp(modified, 0).unwrap_or_default(),
            mode: header.mode().unwrap_or(0) & 0o777,
        });
        if listed.len() == most {
            break;
        }
    }
    Ok(listed)
}
