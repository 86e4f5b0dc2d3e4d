//! A node's folder as the root of every path.

use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, OFlags, ResolveFlags, fstat, mkdirat, openat, openat2};
use rustix::io::Errno;

use crate::NodePath;
use crate::local::files::{Budget, FOLDER};

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
        self.open_relative(path.relative(), flags, mode)
    }

    fn open_relative(&self, path: &str, flags: OFlags, mode: Mode) -> io::Result<OwnedFd> {
        let inside = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
        for _ in 0..TRIES {
            match openat2(&self.0, path, flags | OFlags::CLOEXEC, mode, inside) {
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
        self.folder_relative(path.relative())
    }

    fn folder_relative(&self, path: &str) -> io::Result<OwnedFd> {
        self.open_relative(path, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty())
    }

    /// Opens a folder, making it and those on the way.
    ///
    /// # Errors
    /// From the file system.
    pub fn make_folder(&self, path: &NodePath) -> io::Result<OwnedFd> {
        self.make_folder_within(path, &mut Budget::of(u64::MAX, u64::MAX))
    }

    /// As [`Root::make_folder`]; each folder that is made is taken from the budget.
    ///
    /// # Errors
    /// From the file system, or when the budget is used up.
    pub fn make_folder_within(&self, path: &NodePath, budget: &mut Budget) -> io::Result<OwnedFd> {
        let written = path.relative();
        // The deepest that is there: always resolved from the root, since a link on the way may lead up again.
        let mut there = written.len();
        let mut folder = loop {
            match self.folder_relative(if there == 0 { "." } else { &written[..there] }) {
                Err(error) if error.kind() == io::ErrorKind::NotFound && there > 0 => {
                    there = written[..there].rfind('/').unwrap_or(0);
                }
                opened => break opened?,
            }
        };
        while there < written.len() {
            let start = if there == 0 { 0 } else { there + 1 };
            let end = written[start..].find('/').map_or(written.len(), |length| start + length);
            budget.take_entry()?;
            match mkdirat(&folder, &written[start..end], Mode::from_raw_mode(0o755)) {
                Err(Errno::EXIST) => {}
                made => made?,
            }
            folder = self.folder_relative(&written[..end])?;
            there = end;
        }
        Ok(folder)
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
