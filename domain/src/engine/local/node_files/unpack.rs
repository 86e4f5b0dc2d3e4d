//! Unpacking archives into a node's folder.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};

use flate2::read::MultiGzDecoder;
use rustix::fs::{AtFlags, Mode, OFlags, fchmod, openat, symlinkat, unlinkat};
use rustix::io::Errno;

use super::root::{Root, name};
use super::{budget, told};
use crate::engine::local::files::Budget;
use crate::engine::{EngineError, NodePath};

/// What an archive begins with; `ustar` stands further in.
const ZIP: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];
const GZIP: &[u8] = b"\x1f\x8b";

/// Unpacks. Entries are written over what is there; one with a way out of the folder ends it.
///
/// # Errors
/// [`EngineError::BadFile`] for what is no archive or a damaged one, and as for writing.
pub fn unpack(root: &Root, archive: &NodePath, folder: &NodePath) -> Result<(), EngineError> {
    let mut file = told(archive, root.file(archive, OFlags::RDONLY))?;
    let mut start = Vec::new();
    told(archive, (&mut file).take(512).read_to_end(&mut start).and_then(|_| file.rewind()))?;
    told(folder, root.make_folder(folder))?;
    let mut target = Target { root, folder, budget: budget() };
    if ZIP.iter().any(|mark| start.starts_with(mark)) {
        zip(file, archive, &mut target)
    } else if start.starts_with(GZIP) {
        tar(MultiGzDecoder::new(BufReader::new(file)), archive, &mut target)
    } else if start.get(257..262) == Some(b"ustar") {
        tar(BufReader::new(file), archive, &mut target)
    } else {
        Err(EngineError::BadFile(format!("“{archive}” is neither a zip nor a tar.gz")))
    }
}

struct Target<'a> {
    root: &'a Root,
    folder: &'a NodePath,
    budget: Budget,
}

fn zip(file: File, archive: &NodePath, target: &mut Target<'_>) -> Result<(), EngineError> {
    let mut zip = zip::ZipArchive::new(BufReader::new(file)).map_err(|error| damaged(archive, error))?;
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).map_err(|error| damaged(archive, error))?;
        let written = entry.name().map_err(|error| damaged(archive, error))?.into_owned();
        let place = target.place(archive, &written)?;
        let mode = entry.unix_mode();
        if entry.is_dir() {
            target.folder(&place)?;
        } else if entry.is_symlink() {
            let mut to = String::new();
            (&mut entry).take(4096).read_to_string(&mut to).map_err(|error| damaged(archive, error))?;
            target.link(&place, &to)?;
        } else {
            target.file(archive, &place, mode, &mut entry)?;
        }
    }
    Ok(())
}

fn tar(reader: impl Read, archive: &NodePath, target: &mut Target<'_>) -> Result<(), EngineError> {
    let mut tar = tar::Archive::new(reader);
    for entry in tar.entries().map_err(|error| damaged(archive, error))? {
        let mut entry = entry.map_err(|error| damaged(archive, error))?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let place = target.place(archive, &path)?;
        let mode = entry.header().mode().ok();
        match entry.header().entry_type() {
            tar::EntryType::Directory => target.folder(&place)?,
            tar::EntryType::Regular | tar::EntryType::Continuous | tar::EntryType::GNUSparse => {
                target.file(archive, &place, mode, &mut entry)?;
            }
            tar::EntryType::Symlink => {
                let to = entry.link_name_bytes().unwrap_or_default();
                target.link(&place, &String::from_utf8_lossy(&to))?;
            }
            tar::EntryType::XGlobalHeader => {}
            _ => {
                let text =
                    format!("“{archive}” holds “{path}”, which is neither a file nor a folder nor a symbolic link");
                return Err(EngineError::BadFile(text));
            }
        }
    }
    Ok(())
}

impl Target<'_> {
    /// Where an entry goes.
    fn place(&self, archive: &NodePath, written: &str) -> Result<NodePath, EngineError> {
        // An absolute path would be taken as one in the folder; an archive that has one was made to deceive.
        let inside = NodePath::parse(written).ok().filter(|_| !written.starts_with('/') && !written.contains('\\'));
        let place = inside.ok_or_else(|| {
            let shown: String = written.chars().take(100).collect();
            EngineError::BadFile(format!("“{archive}” holds “{shown}”, a path that leads out of the folder"))
        })?;
        Ok(self.folder.join(&place))
    }

    fn folder(&mut self, place: &NodePath) -> Result<(), EngineError> {
        told(place, self.budget.take_entry().and_then(|()| self.root.make_folder(place)).map(drop))
    }

    fn file(
        &mut self,
        archive: &NodePath,
        place: &NodePath,
        mode: Option<u32>,
        content: &mut impl Read,
    ) -> Result<(), EngineError> {
        let made = self.budget.take_entry().and_then(|()| {
            let parent = self.clear(place)?;
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
            Ok(File::from(openat(&parent, &*name(place)?, flags, Mode::from_raw_mode(0o644))?))
        });
        let mut file = told(place, made)?;
        match self.budget.copy(content, &mut file) {
            // The content's own errors: cut off, a wrong checksum.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::UnexpectedEof
                        | io::ErrorKind::InvalidData
                        | io::ErrorKind::InvalidInput
                        | io::ErrorKind::Other
                ) =>
            {
                return Err(damaged(archive, error));
            }
            copied => told(place, copied)?,
        }
        let mode = Mode::from_raw_mode(mode.unwrap_or(0o644) & 0o777 | 0o600);
        told(place, fchmod(&file, mode).map_err(io::Error::from))
    }

    /// A link is made as it is written: wherever it leads, nothing follows it out of the folder.
    fn link(&mut self, place: &NodePath, to: &str) -> Result<(), EngineError> {
        let made = self.budget.take_entry().and_then(|()| {
            let parent = self.clear(place)?;
            Ok(symlinkat(to, &parent, &*name(place)?)?)
        });
        told(place, made)
    }

    /// Takes away what is in the place of a new file, without following it.
    fn clear(&self, place: &NodePath) -> io::Result<std::os::fd::OwnedFd> {
        let parent = self.root.make_folder(&place.parent())?;
        match unlinkat(&parent, &*name(place)?, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(parent),
            Err(error) => Err(error.into()),
        }
    }
}

fn damaged(archive: &NodePath, error: impl std::fmt::Display) -> EngineError {
    EngineError::BadFile(format!("the archive “{archive}” is damaged: {error}"))
}
