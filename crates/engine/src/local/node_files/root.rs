//! A node's folder as the root of every path.

use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, OFlags, ResolveFlags, fstat, mkdirat, openat, openat2};
use rustix::io::Errno;

use crate::NodePath;
use crate::local::files::FOLDER;

/// How often an opening is tried again that a renaming by the node came in between of.
const TRIES: usize = 32;

/// A node's open folder.
pub struct Root(OwnedFd);

impl Root {
    /// Opens it.
    ///
    /// # Errors
    /// From the file system.
    pub fn open(folder: &Path) -> io::Result<Root> {
        Ok(Root(openat(CWD, folder, FOLDER, Mode::empty())?))
    }

    /// A folder in it as a root of its own.
    ///
    /// # Errors
    /// From the file system.
    pub fn below(&self, path: &NodePath) -> io::Result<Root> {
        self.folder(path).map(Root)
    }

    /// Opens something in it. Links that stay in the folder are followed; the kernel itself refuses, without a gap
    /// between looking and opening, all that leads out.
    ///
    /// # Errors
    /// From the file system; `EXDEV` for a way out.
    pub fn open_at(&self, path: &NodePath, flags: OFlags, mode: Mode) -> io::Result<OwnedFd> {
        let inside = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
        for _ in 0..TRIES {
            match openat2(&self.0, path.relative(), flags | OFlags::CLOEXEC, mode, inside) {
                Err(Errno::AGAIN) => {}
                opened => return Ok(opened?),
            }
        }
        Err(Errno::AGAIN.into())
    }

    /// Opens a folder.
    ///
    /// # Errors
    /// From the file system.
    pub fn folder(&self, path: &NodePath) -> io::Result<OwnedFd> {
        self.open_at(path, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty())
    }

    /// Opens a folder, making it and those on the way.
    ///
    /// # Errors
    /// From the file system.
    pub fn make_folder(&self, path: &NodePath) -> io::Result<OwnedFd> {
        match self.folder(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            opened => return opened,
        }
        let parent = self.make_folder(&path.parent())?;
        match mkdirat(&parent, &*name(path)?, Mode::from_raw_mode(0o755)) {
            Err(Errno::EXIST) => {}
            made => made?,
        }
        self.folder(path)
    }

    /// Opens the folder that something is in, and gives its name there.
    ///
    /// # Errors
    /// From the file system; the root is in nothing.
    pub fn parent(&self, path: &NodePath) -> io::Result<(OwnedFd, CString)> {
        Ok((self.folder(&path.parent())?, name(path)?))
    }

    /// Opens a regular file.
    ///
    /// # Errors
    /// From the file system; [`io::ErrorKind::IsADirectory`] or [`io::ErrorKind::InvalidInput`] for what is none.
    pub fn file(&self, path: &NodePath, flags: OFlags) -> io::Result<File> {
        // Not blocking, so that opening a pipe does not wait for its other end.
        let mode = if flags.contains(OFlags::CREATE) { Mode::from_raw_mode(0o644) } else { Mode::empty() };
        let file = self.open_at(path, flags | OFlags::NONBLOCK | OFlags::NOCTTY, mode)?;
        match FileType::from_raw_mode(fstat(&file)?.st_mode) {
            FileType::RegularFile => Ok(file.into()),
            FileType::Directory => Err(io::ErrorKind::IsADirectory.into()),
            _ => Err(io::ErrorKind::InvalidInput.into()),
        }
    }
}

/// The last name of a path.
///
/// # Errors
/// For the root, which has none.
pub fn name(path: &NodePath) -> io::Result<CString> {
    let name = path.name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidFilename))?;
    Ok(CString::new(name)?)
}
