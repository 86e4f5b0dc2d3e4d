//! What clients do with a node's files. The node is a stranger and may be at work in its folder at the same time: every
//! step happens as the node's user, and every path is resolved by the kernel within the folder.

mod root;
mod swap;
mod unpack;
mod user;

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use chrono::{DateTime, Utc};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RenameFlags, mkdirat, openat, renameat_with, statat, unlinkat};

use super::files::{self, Budget, FOLDER};
use crate::{Content, EngineError, FileDone, FileEntry, FileKind, FileWork, LARGEST_TEXT, NodePath, Pattern, Stopped};
use keyrack_types::bounds::files::SEARCH_TIME;
use root::{Root, name};
use user::AsUser;

/// The most that is listed of one folder.
const LISTED: usize = 10_000;

/// The most that one copying or unpacking writes: files, and bytes in them.
const MOST_FILES: u64 = 100_000;
const MOST_BYTES: u64 = 1 << 30;

/// The most bytes that one replacement can become before it is put in.
const MOST_EXPANDED: u64 = 16 * LARGEST_TEXT;

/// Does the work in this folder, which belongs to this user. A search ends when `given_up` is set; nothing is begun then.
///
/// # Errors
/// As [`crate::Engine::work_on_files`].
pub fn work(folder: &Path, owner: Option<u32>, work: FileWork, given_up: &AtomicBool) -> Result<FileDone, EngineError> {
    if given_up.load(Ordering::Relaxed) {
        return Err(EngineError::Failed("nobody waits for it any more".to_owned()));
    }
    let root = Root::open(folder)?;
    // The server's own files are opened before the thread becomes somebody who has no right to them.
    let source = match &work {
        FileWork::Place { file, .. } | FileWork::Stage { content: Content::Archive { file, .. }, .. } => {
            Some(File::open(file)?)
        }
        _ => None,
    };
    let _user = owner.map(AsUser::become_one).transpose()?;
    match work {
        FileWork::Read(path) => about(&path, read(&root, &path)).map(FileDone::Text),
        FileWork::Write { path, body, append } => about(&path, write(&root, &path, &body, append)).map(done),
        FileWork::Create { path, folder } => about(&path, create(&root, &path, folder)).map(done),
        FileWork::Delete(path) => about(&path, delete(&root, &path)).map(done),
        FileWork::Copy { from, to } => copy(&root, &from, &to).map(done),
        FileWork::Rename { from, to } => rename(&root, &from, &to).map(done),
        FileWork::List(path) => about(&path, list(&root, &path)).map(FileDone::Entries),
        FileWork::Replace { path, pattern, replacement, nth } => {
            replace(&root, &path, (&pattern, &replacement, nth), given_up).map(FileDone::Replaced)
        }
        FileWork::Unpack { archive, folder } => unpack::unpack(&root, &archive, &folder).map(done),
        FileWork::Place { to, overwrite, .. } => {
            about(&to, source.ok_or_else(not_opened).and_then(|source| place_file(&root, source, &to, overwrite)))
                .map(done)
        }
        FileWork::Stage { folder, content, keep } => swap::stage(&root, &folder, content, source, &keep).map(done),
        FileWork::Exchange(folder) => swap::exchange(&root, &folder).map(done),
        FileWork::Unstage => swap::unstage(&root).map(done),
    }
}

fn not_opened() -> io::Error {
    io::Error::other("the file was not opened before")
}

fn done((): ()) -> FileDone {
    FileDone::Done
}

fn budget() -> Budget {
    Budget::of(MOST_FILES, MOST_BYTES)
}

fn read(root: &Root, path: &NodePath) -> io::Result<String> {
    let file = root.file(path, OFlags::RDONLY)?;
    let mut bytes = Vec::new();
    // It may grow while it is read.
    file.take(LARGEST_TEXT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST_TEXT {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn write(root: &Root, path: &NodePath, body: &str, append: bool) -> io::Result<()> {
    root.make_folder(&path.parent())?;
    let how = if append { OFlags::APPEND } else { OFlags::empty() };
    let mut file = root.file(path, OFlags::WRONLY | OFlags::CREATE | how)?;
    if !append {
        file.set_len(0)?;
    }
    file.write_all(body.as_bytes())
}

fn create(root: &Root, path: &NodePath, folder: bool) -> io::Result<()> {
    let parent = root.make_folder(&path.parent())?;
    let name = name(path)?;
    if folder {
        return Ok(mkdirat(&parent, &*name, Mode::from_raw_mode(0o755))?);
    }
    // With EXCL a link at this place is not followed either.
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
    openat(&parent, &*name, flags, Mode::from_raw_mode(0o644))?;
    Ok(())
}

fn delete(root: &Root, path: &NodePath) -> io::Result<()> {
    let (parent, name) = root.parent(path)?;
    match kind(statat(&parent, &*name, AtFlags::SYMLINK_NOFOLLOW)?.st_mode) {
        FileKind::Folder => files::remove_tree(&parent, &name),
        _ => Ok(unlinkat(&parent, &*name, AtFlags::empty())?),
    }
}

fn copy(root: &Root, from: &NodePath, to: &NodePath) -> Result<(), EngineError> {
    let (source, source_name) = about(from, root.parent(from))?;
    let facts = about(from, statat(&source, &*source_name, AtFlags::SYMLINK_NOFOLLOW).map_err(io::Error::from))?;
    let into = match (root.folder(to), from.name()) {
        (Ok(_), Some(name)) => about(to, NodePath::parse(name).map_err(io::Error::other)).map(|name| to.join(&name))?,
        _ => to.clone(),
    };
    if from.holds(&into) {
        return Err(EngineError::BadFile(format!("“{from}” cannot be copied into itself")));
    }
    about(&into, copy_to(root, (&source, &source_name), kind(facts.st_mode), &into))
}

fn copy_to(
    root: &Root,
    (source, source_name): (&std::os::fd::OwnedFd, &std::ffi::CStr),
    kind: FileKind,
    into: &NodePath,
) -> io::Result<()> {
    let parent = root.make_folder(&into.parent())?;
    match kind {
        FileKind::Folder => {
            let source = openat(source, source_name, FOLDER, Mode::empty())?;
            let target = root.make_folder(into)?;
            files::copy_within(&source, &target, &mut budget())
        }
        FileKind::File => files::copy_file((source, source_name), (&parent, &name(into)?), None, &mut budget()),
        FileKind::Link | FileKind::Other => Err(io::ErrorKind::InvalidInput.into()),
    }
}

fn rename(root: &Root, from: &NodePath, to: &NodePath) -> Result<(), EngineError> {
    let (source, source_name) = about(from, root.parent(from))?;
    about(from, statat(&source, &*source_name, AtFlags::SYMLINK_NOFOLLOW).map_err(io::Error::from))?;
    if from.holds(to) {
        return Err(EngineError::BadFile(format!("“{from}” cannot be moved into itself")));
    }
    let target = about(to, root.make_folder(&to.parent()))?;
    let renamed =
        name(to).and_then(|name| Ok(renameat_with(&source, &*source_name, &target, &*name, RenameFlags::NOREPLACE)?));
    about(to, renamed)
}

fn place_file(root: &Root, mut source: File, to: &NodePath, overwrite: bool) -> io::Result<()> {
    let parent = root.make_folder(&to.parent())?;
    let name = name(to)?;
    if overwrite {
        match unlinkat(&parent, &*name, AtFlags::empty()) {
            Err(rustix::io::Errno::NOENT) => {}
            gone => gone?,
        }
    }
    // With EXCL a link at this place is not followed.
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
    let mut file = File::from(openat(&parent, &*name, flags, Mode::from_raw_mode(0o644))?);
    budget().copy(&mut source, &mut file)
}

fn list(root: &Root, path: &NodePath) -> io::Result<Vec<FileEntry>> {
    let folder = root.folder(path)?;
    let mut listed = Vec::new();
    for (name, _) in files::entries(folder.as_fd())?.into_iter().take(LISTED) {
        // It may be gone by now, and its name may be no text.
        let (Ok(facts), Ok(name)) = (statat(&folder, &*name, AtFlags::SYMLINK_NOFOLLOW), name.into_string()) else {
            continue;
        };
        let Ok(name) = NodePath::of_any_depth(&name) else { continue };
        listed.push(FileEntry {
            path: path.join(&name),
            kind: kind(facts.st_mode),
            size: u64::try_from(facts.st_size).unwrap_or(0),
            modified: DateTime::<Utc>::from_timestamp(facts.st_mtime, 0).unwrap_or_default(),
            mode: facts.st_mode & 0o777,
        });
    }
    listed.sort_by(|a, b| (a.kind != FileKind::Folder, &a.path).cmp(&(b.kind != FileKind::Folder, &b.path)));
    Ok(listed)
}

fn replace(
    root: &Root,
    path: &NodePath,
    (pattern, replacement, nth): (&Pattern, &str, Option<usize>),
    given_up: &AtomicBool,
) -> Result<usize, EngineError> {
    let mut bytes = Vec::new();
    let mut file = about(path, root.file(path, OFlags::RDWR))?;
    about(path, (&mut file).take(LARGEST_TEXT + 1).read_to_end(&mut bytes))?;
    let text = String::from_utf8(bytes).map_err(|_| EngineError::BadFile(format!("“{path}” is not a UTF-8 text")))?;
    let too_large = || about::<usize>(path, Err(io::ErrorKind::FileTooLarge.into()));
    if text.len() as u64 > LARGEST_TEXT {
        return too_large();
    }
    // A pattern that matches everywhere, or a replacement that refers to its groups often, makes much out of little.
    let references = replacement.matches('$').count();
    let mut search = pattern.search(&text, Instant::now() + SEARCH_TIME, given_up);
    let (mut changed, mut copied, mut replaced, mut number) = (String::new(), 0, 0, 0);
    while let Some(found) = search.next_match().map_err(|why| stopped(path, why))? {
        number += 1;
        if nth.is_some_and(|nth| nth != number) {
            continue;
        }
        if (replacement.len() + references * found.len()) as u64 > MOST_EXPANDED {
            return too_large();
        }
        changed.push_str(&text[copied..found.start]);
        copied = found.end;
        search.expand(found, replacement, &mut changed).map_err(|why| stopped(path, why))?;
        replaced += 1;
        if changed.len() as u64 > LARGEST_TEXT {
            return too_large();
        }
        if nth.is_some() {
            break;
        }
    }
    changed.push_str(&text[copied..]);
    if changed.len() as u64 > LARGEST_TEXT {
        return too_large();
    }
    if replaced > 0 {
        let written = io::Seek::rewind(&mut file)
            .and_then(|()| file.set_len(0))
            .and_then(|()| file.write_all(changed.as_bytes()));
        about(path, written)?;
    }
    Ok(replaced)
}

fn stopped(path: &NodePath, why: Stopped) -> EngineError {
    match why {
        Stopped::TooLong => {
            EngineError::BadFile(format!("the pattern takes more than {} s in “{path}”", SEARCH_TIME.as_secs()))
        }
        Stopped::TooMuch => EngineError::BadFile(format!(
            "the pattern is too large for what it matches in “{path}”: its groups, or a \\b beside characters that are not \
             ASCII, could take too long to find"
        )),
        Stopped::GivenUp => EngineError::Failed("nobody waits for it any more".to_owned()),
    }
}

fn kind(mode: u32) -> FileKind {
    match FileType::from_raw_mode(mode) {
        FileType::Directory => FileKind::Folder,
        FileType::RegularFile => FileKind::File,
        FileType::Symlink => FileKind::Link,
        _ => FileKind::Other,
    }
}

/// Adds the path to an error of the file system.
fn about<T>(path: &NodePath, result: io::Result<T>) -> Result<T, EngineError> {
    result.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => EngineError::NoFile(path.to_string()),
        io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty => EngineError::FileExists(path.to_string()),
        io::ErrorKind::PermissionDenied => EngineError::NotAllowed(format!("the node has no right to “{path}”")),
        io::ErrorKind::IsADirectory => EngineError::BadFile(format!("“{path}” is a folder")),
        io::ErrorKind::NotADirectory => EngineError::BadFile(format!("“{path}” is not in a folder, or is none")),
        io::ErrorKind::InvalidInput => EngineError::BadFile(format!("“{path}” is not a file")),
        io::ErrorKind::InvalidFilename if path.is_root() => {
            EngineError::BadFile("this cannot be done to the node's folder itself".to_owned())
        }
        io::ErrorKind::CrossesDevices => EngineError::BadFile(format!("“{path}” leads out of the node's folder")),
        io::ErrorKind::FileTooLarge => {
            EngineError::TooLarge(format!("“{path}” is larger than {} MiB", LARGEST_TEXT >> 20))
        }
        io::ErrorKind::QuotaExceeded => EngineError::TooLarge(format!(
            "this is more than {MOST_FILES} files or {} GiB, the most that is written at once",
            MOST_BYTES >> 30
        )),
        io::ErrorKind::StorageFull => EngineError::TooLarge("no space is left on this server".to_owned()),
        _ if error.raw_os_error() == Some(libc::ELOOP) => {
            EngineError::BadFile(format!("“{path}” is a link that leads nowhere"))
        }
        // Opening a pipe or a socket for writing.
        _ if error.raw_os_error() == Some(libc::ENXIO) => EngineError::BadFile(format!("“{path}” is not a file")),
        _ if error.get_ref().is_some_and(|error| error.is::<files::TooDeep>()) => {
            EngineError::BadFile(format!("“{path}”: {error}"))
        }
        _ => EngineError::Failed(format!("“{path}”: {error}")),
    })
}

#[cfg(test)]
mod tests;
