//! Giving a folder another content all at once.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, RenameFlags, linkat, mkdirat, openat, renameat_with};
use rustix::io::Errno;

use super::root::{Root, name};
use super::{about, budget, delete, not_opened, unpack};
use crate::local::files::{self, Budget, FOLDER};
use crate::{Content, EngineError, NodePath};
use keyrack_types::bounds::nesting::FOLDERS;

/// Where the new content is put together. Work on one node's content comes one after another, so one name is enough, and
/// what an end of the server left there goes with the next swap.
const STAGING: &str = ".keyrack-swap";

/// Puts the new content together.
///
/// # Errors
/// As [`crate::Engine::work_on_files`]; nothing is staged then.
pub fn stage(
    root: &Root,
    folder: &NodePath,
    content: Content,
    archive: Option<File>,
    keep: &[String],
) -> Result<(), EngineError> {
    let staging = staging()?;
    about(&staging, cleared(root, &staging))?;
    let staged = prepare(root, folder, content, archive, keep, &staging);
    if staged.is_err() {
        forget(root, &staging);
    }
    staged
}

/// Gives the folder what is staged, and removes what it had.
///
/// # Errors
/// As [`crate::Engine::work_on_files`]; the folder is as it was then.
pub fn exchange(root: &Root, folder: &NodePath) -> Result<(), EngineError> {
    let staging = staging()?;
    about(folder, trade(root, &staging, folder))?;
    forget(root, &staging);
    Ok(())
}

/// Removes what is staged.
///
/// # Errors
/// As [`crate::Engine::work_on_files`].
pub fn unstage(root: &Root) -> Result<(), EngineError> {
    let staging = staging()?;
    about(&staging, cleared(root, &staging))
}

fn staging() -> Result<NodePath, EngineError> {
    NodePath::parse(STAGING).map_err(EngineError::Failed)
}

fn forget(root: &Root, staging: &NodePath) {
    if let Err(error) = cleared(root, staging) {
        tracing::warn!(%error, "what was staged stays until something is staged again");
    }
}

fn prepare(
    root: &Root,
    folder: &NodePath,
    content: Content,
    archive: Option<File>,
    keep: &[String],
    staging: &NodePath,
) -> Result<(), EngineError> {
    let new = about(staging, root.make_folder(staging))?;
    let mut budget = budget();
    let mut unpacked = None;
    match content {
        Content::Nothing => {}
        Content::Archive { name, .. } => {
            let archive = about(staging, archive.ok_or_else(not_opened))?;
            let mut links = Vec::new();
            unpack::unpack_file(root, archive, &name, staging, &mut links).map_err(|error| match error {
                // It is the archive that put in its own way what stands there.
                EngineError::BadFile(why) => EngineError::BadArchive(format!("“{name}” cannot be unpacked: {why}")),
                EngineError::FileExists(path) => {
                    EngineError::BadArchive(format!("“{name}” holds “{path}” as a file and as a folder"))
                }
                other => other,
            })?;
            unpacked = Some((name, links));
        }
        Content::Folder { folder, without } => {
            let source = about(&folder, root.folder(&folder))?;
            about(&folder, link_all(&source, &new, &without, FOLDERS, &mut budget))?;
        }
    }
    for kept in keep {
        let part = NodePath::parse(kept).map_err(EngineError::BadFile)?;
        let (from, to) = (folder.join(&part), staging.join(&part));
        match root.folder(&from) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            source => {
                let source = about(&from, source)?;
                about(&to, cleared(root, &to))?;
                let target = about(&to, root.make_folder(&to))?;
                about(&from, link_all(&source, &target, &[], FOLDERS, &mut budget))?;
            }
        }
    }
    // Now that everything is in its place: a link may pass through what is kept.
    unpacked.map_or(Ok(()), |(name, links)| no_way_out(root, &name, staging, &links))
}

/// Refuses links that lead out of what was unpacked: they could show what the archive does not hold. The kernel resolves
/// them; what one passes through may be a link too.
fn no_way_out(root: &Root, archive: &str, staging: &NodePath, links: &[NodePath]) -> Result<(), EngineError> {
    let inside = about(staging, root.below(staging))?;
    for link in links {
        let path = link.below(staging).unwrap_or_else(|| link.clone());
        match inside.open_at(&path, OFlags::PATH, Mode::empty()) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                return Err(unpack::leads_out(archive, &path));
            }
            // One that leads nowhere shows nothing.
            _ => {}
        }
    }
    Ok(())
}

/// Makes a second name for every file: both folders hold the same files then, and nothing is copied.
fn link_all(from: &OwnedFd, to: &OwnedFd, without: &[String], depth: usize, budget: &mut Budget) -> io::Result<()> {
    if depth == 0 {
        return Err(files::too_deep());
    }
    for (name, kind) in files::entries(from.as_fd())? {
        if without.iter().any(|left_out| left_out.as_bytes() == name.to_bytes()) {
            continue;
        }
        budget.take_entry()?;
        if kind == FileType::Directory {
            let source = openat(from, &*name, FOLDER, Mode::empty())?;
            mkdirat(to, &*name, Mode::from_raw_mode(0o755))?;
            let target = openat(to, &*name, FOLDER, Mode::empty())?;
            link_all(&source, &target, &[], depth - 1, budget)?;
        } else {
            match linkat(from, &*name, to, &*name, AtFlags::empty()) {
                // A file of somebody else may be read, but not be given a second name.
                Err(Errno::PERM) if kind == FileType::RegularFile => {
                    files::copy_file((from, &name), (to, &name), None, budget)?;
                }
                linked => linked?,
            }
        }
    }
    Ok(())
}

fn trade(root: &Root, staging: &NodePath, folder: &NodePath) -> io::Result<()> {
    let (from, new) = root.parent(staging)?;
    let to = root.make_folder(&folder.parent())?;
    let target = name(folder)?;
    match renameat_with(&from, &*new, &to, &*target, RenameFlags::EXCHANGE) {
        Err(Errno::NOENT) => Ok(renameat_with(&from, &*new, &to, &*target, RenameFlags::NOREPLACE)?),
        exchanged => Ok(exchanged?),
    }
}

/// Removes whatever is there; nothing is fine.
fn cleared(root: &Root, path: &NodePath) -> io::Result<()> {
    match delete(root, path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}
