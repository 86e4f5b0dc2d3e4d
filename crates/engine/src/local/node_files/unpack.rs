//! Unpacking archives into a node's folder.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::rc::Rc;

use flate2::read::MultiGzDecoder;
use rustix::fs::{AtFlags, Mode, OFlags, fchmod, openat, symlinkat, unlinkat};
use rustix::io::Errno;

use super::root::{Root, name};
use super::{MOST_BYTES, MOST_FILES, about, budget};
use crate::local::files::Budget;
use crate::{EngineError, NodePath};
use keyrack_types::bounds::nesting;

/// What an archive begins with; `ustar` stands further in.
const ZIP: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];
const GZIP: &[u8] = b"\x1f\x8b";

/// The most that a tar can say of one entry, in bytes: its name, where it links to, whatever else its packer knew.
const LARGEST_HEAD: u64 = 1 << 20;

/// The most that is read of a zip to learn what is in it, in bytes; with as many entries as it may have that is plenty.
const LARGEST_DIRECTORY: u64 = 64 << 20;

/// The most that a zip can say of its entries besides their names, in bytes: with as many as it may have, eighty each.
const LARGEST_ANNOUNCED: u64 = 8 << 20;

const SAYS_TOO_MUCH: &str = "what it says of its entries is larger than any honest archive's";

/// Unpacks an archive that lies on the node. Entries are written over what is there; one with a way out of the folder
/// ends it, and no link that leads out of the node's folder stays.
///
/// # Errors
/// [`EngineError::BadArchive`] for what is no archive or a damaged one, and as for writing.
pub fn unpack(root: &Root, archive: &NodePath, folder: &NodePath) -> Result<(), EngineError> {
    let file = about(archive, root.file(archive, OFlags::RDONLY))?;
    let mut links = Vec::new();
    let unpacked = unpack_file(root, file, &archive.to_string(), folder, &mut links);
    // Also after what was cut short.
    let inside = without_ways_out(root, &archive.to_string(), &links);
    unpacked.and(inside)
}

/// Removes those of the links that lead out of the node's folder, through others perhaps: the kernel resolves them.
fn without_ways_out(root: &Root, archive: &str, links: &[NodePath]) -> Result<(), EngineError> {
    let mut outside = None;
    for link in links {
        match root.open_at(link, OFlags::PATH, Mode::empty()) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                about(link, root.parent(link).and_then(|(folder, name)| remove(&folder, &name)))?;
                outside.get_or_insert(link);
            }
            // One that leads nowhere shows nothing.
            _ => {}
        }
    }
    outside.map_or(Ok(()), |link| Err(leads_out(archive, link)))
}

/// The refusal of a link that leads out of the folder.
pub fn leads_out(archive: &str, link: &NodePath) -> EngineError {
    EngineError::BadArchive(format!("“{archive}” holds the link “{link}”, which leads out of the folder"))
}

/// Unpacks an open archive, which error texts call `name`; adds to `links` where it made some.
///
/// # Errors
/// As [`unpack`].
pub fn unpack_file(
    root: &Root,
    mut file: File,
    name: &str,
    folder: &NodePath,
    links: &mut Vec<NodePath>,
) -> Result<(), EngineError> {
    let mut start = Vec::new();
    let read = (&mut file).take(512).read_to_end(&mut start).and_then(|_| file.rewind());
    read.map_err(|error| damaged(name, error))?;
    about(folder, root.make_folder(folder))?;
    let mut target = Target { root, folder, budget: budget(), links };
    if ZIP.iter().any(|mark| start.starts_with(mark)) {
        zip(file, name, &mut target)?;
    } else if start.starts_with(GZIP) {
        tar(MultiGzDecoder::new(BufReader::new(file)), name, &mut target)?;
    } else if start.get(257..262) == Some(b"ustar") || is_empty_tar(&start) {
        tar(BufReader::new(file), name, &mut target)?;
    } else {
        return Err(EngineError::BadArchive(format!(
            "“{name}” is neither a zip (also .war, .jar) nor a tar or tar.gz"
        )));
    }
    Ok(())
}

/// A tar without entries is blocks of zeros.
fn is_empty_tar(start: &[u8]) -> bool {
    start.len() == 512 && start.iter().all(|byte| *byte == 0)
}

struct Target<'a> {
    root: &'a Root,
    folder: &'a NodePath,
    budget: Budget,
    links: &'a mut Vec<NodePath>,
}

fn zip(mut file: File, archive: &str, target: &mut Target<'_>) -> Result<(), EngineError> {
    look_over(&mut file, archive)?;
    let allowed = Rc::new(Cell::new(LARGEST_DIRECTORY));
    let bounded = BufReader::new(Bounded { reader: file, allowed: allowed.clone() });
    let mut zip = zip::ZipArchive::new(bounded).map_err(|error| damaged(archive, error))?;
    allowed.set(u64::MAX);
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).map_err(|error| damaged(archive, error))?;
        let written = entry.name().map_err(|error| damaged(archive, error))?.into_owned();
        let destination = target.destination(archive, &written)?;
        let mode = entry.unix_mode();
        if entry.is_dir() {
            target.folder(&destination)?;
        } else if entry.is_symlink() {
            let mut to = String::new();
            (&mut entry).take(4096).read_to_string(&mut to).map_err(|error| damaged(archive, error))?;
            target.link(archive, &destination, &to)?;
        } else {
            target.file(archive, &destination, mode, &mut entry)?;
        }
    }
    Ok(())
}

/// Looks whether a zip can be opened: opening reads all that it says of its entries into memory, and takes many times as much
/// for what each one says besides its name. Where it says so is for the file to choose, so all of it is looked through.
fn look_over(file: &mut File, archive: &str) -> Result<(), EngineError> {
    /// Before what it says of an entry, and before the 64-bit form of the number of entries.
    const ENTRY: &[u8] = b"PK\x01\x02";
    const COUNTS: &[u8] = b"PK\x06\x06";
    /// From either mark to the end of what is looked at.
    const LENGTH: usize = 40;
    let damaged = |error| damaged(archive, error);
    let mut reader = BufReader::with_capacity(1 << 16, &mut *file);
    let mut window = Vec::new();
    let mut announced = 0;
    loop {
        let piece = reader.fill_buf().map_err(damaged)?;
        if piece.is_empty() {
            break;
        }
        let length = piece.len();
        window.extend_from_slice(piece);
        reader.consume(length);
        // Each place once: what is not whole yet is looked at with the next piece.
        for seen in window.windows(LENGTH).filter(|seen| seen[0] == b'P') {
            if seen.starts_with(COUNTS) {
                let (here, all) = (&seen[24..32], &seen[32..40]);
                // Of all disks and of this one: a record where they differ is no record.
                if here == all && all.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)) > MOST_FILES {
                    return Err(EngineError::TooLarge(format!("“{archive}” holds more than {MOST_FILES} files")));
                }
            } else if seen.starts_with(ENTRY) {
                let length = |at: usize| u64::from(u16::from_le_bytes([seen[at], seen[at + 1]]));
                announced += length(30) + length(32);
                if announced > LARGEST_ANNOUNCED {
                    return Err(damaged(io::Error::new(io::ErrorKind::InvalidData, SAYS_TOO_MUCH)));
                }
            }
        }
        window.drain(..window.len().saturating_sub(LENGTH - 1));
    }
    file.rewind().map_err(damaged)
}

fn tar(reader: impl Read, archive: &str, target: &mut Target<'_>) -> Result<(), EngineError> {
    let allowed = Rc::new(Cell::new(u64::MAX));
    let mut tar = tar::Archive::new(Bounded { reader, allowed: allowed.clone() });
    let mut entries = tar.entries().map_err(|error| damaged(archive, error))?;
    loop {
        // What stands before an entry, a long name for example, is read into memory as a whole.
        allowed.set(LARGEST_HEAD);
        let Some(entry) = entries.next() else { break };
        allowed.set(u64::MAX);
        let mut entry = entry.map_err(|error| damaged(archive, error))?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let destination = target.destination(archive, &path)?;
        let mode = entry.header().mode().ok();
        match entry.header().entry_type() {
            tar::EntryType::Directory => target.folder(&destination)?,
            tar::EntryType::Regular | tar::EntryType::Continuous | tar::EntryType::GNUSparse => {
                target.file(archive, &destination, mode, &mut entry)?;
            }
            tar::EntryType::Symlink => {
                let to = entry.link_name_bytes().unwrap_or_default();
                target.link(archive, &destination, &String::from_utf8_lossy(&to))?;
            }
            tar::EntryType::XGlobalHeader => about(&destination, target.budget.take_entry())?,
            _ => {
                let text =
                    format!("“{archive}” holds “{path}”, which is neither a file nor a folder nor a symbolic link");
                return Err(EngineError::BadArchive(text));
            }
        }
    }
    // Behind the last entry stands the checksum of what was packed; a file that was cut off ends before it.
    allowed.set(u64::MAX);
    let mut rest = tar.into_inner().take(MOST_BYTES);
    io::copy(&mut rest, &mut io::sink()).map_err(|error| damaged(archive, error))?;
    Ok(())
}

/// Reads no more than is allowed at the time.
struct Bounded<R> {
    reader: R,
    allowed: Rc<Cell<u64>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.reader.read(buffer)?;
        match self.allowed.get().checked_sub(length as u64) {
            Some(left) => self.allowed.set(left),
            None => {
                return Err(io::Error::new(io::ErrorKind::InvalidData, SAYS_TOO_MUCH));
            }
        }
        Ok(length)
    }
}

impl<R: Seek> Seek for Bounded<R> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.reader.seek(to)
    }
}

impl Target<'_> {
    /// Where an entry goes.
    fn destination(&self, archive: &str, written: &str) -> Result<NodePath, EngineError> {
        let refused = |why: &str| {
            let shown: String = written.chars().take(100).collect();
            EngineError::BadArchive(format!("“{archive}” holds “{shown}”, {why}"))
        };
        // An absolute path would be taken as one in the folder; an archive that has one was made to deceive.
        let inside = NodePath::of_any_depth(written).ok();
        let inside = inside.filter(|_| !written.starts_with('/') && !written.contains('\\'));
        let inside = inside.ok_or_else(|| refused("a path that leads out of the folder"))?;
        let destination = self.folder.join(&inside);
        if destination.is_too_deep() {
            return Err(refused(&format!(
                "a path that leads to more than {} names below the node's folder",
                nesting::PATH
            )));
        }
        Ok(destination)
    }

    fn folder(&mut self, destination: &NodePath) -> Result<(), EngineError> {
        let made = self
            .budget
            .take_entry()
            .and_then(|()| self.root.make_folder_within(destination, &mut self.budget).map(drop));
        about(destination, made)
    }

    fn file(
        &mut self,
        archive: &str,
        destination: &NodePath,
        mode: Option<u32>,
        content: &mut impl Read,
    ) -> Result<(), EngineError> {
        let made = self.budget.take_entry().and_then(|()| {
            let parent = self.clear(destination)?;
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
            Ok(File::from(openat(&parent, &*name(destination)?, flags, Mode::from_raw_mode(0o644))?))
        });
        let mut file = about(destination, made)?;
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
            copied => about(destination, copied)?,
        }
        let mode = Mode::from_raw_mode(mode.unwrap_or(0o644) & 0o777 | 0o600);
        about(destination, fchmod(&file, mode).map_err(io::Error::from))
    }

    /// A link is made unless it leads out of the node's folder as it is written, whatever it passes through.
    fn link(&mut self, archive: &str, destination: &NodePath, to: &str) -> Result<(), EngineError> {
        let way = format!("{}/{to}", destination.parent().relative());
        if to.starts_with('/') || NodePath::of_any_depth(&way).is_err() {
            return Err(leads_out(archive, destination));
        }
        let made = self.budget.take_entry().and_then(|()| {
            let parent = self.clear(destination)?;
            Ok(symlinkat(to, &parent, &*name(destination)?)?)
        });
        self.links.push(destination.clone());
        about(destination, made)
    }

    /// Takes away what is in the place of a new file, without following it.
    fn clear(&mut self, destination: &NodePath) -> io::Result<std::os::fd::OwnedFd> {
        let parent = self.root.make_folder_within(&destination.parent(), &mut self.budget)?;
        remove(&parent, &name(destination)?)?;
        Ok(parent)
    }
}

/// Removes what is no folder; nothing is fine.
fn remove(folder: &std::os::fd::OwnedFd, name: &std::ffi::CStr) -> io::Result<()> {
    match unlinkat(folder, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn damaged(archive: &str, error: impl std::fmt::Display) -> EngineError {
    EngineError::BadArchive(format!("the archive “{archive}” is damaged: {error}"))
}
