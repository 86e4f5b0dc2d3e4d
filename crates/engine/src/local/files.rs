//! Work on nodes' folders by the server. What lies in them was written by strangers, who may be writing still: every
//! step goes from an open folder to a name in it and never follows a link, so no trick with links leads outside.

use std::ffi::{CStr, CString};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Gid, Mode, OFlags, Uid, chmodat, chownat, fchmod, fchown, fstat, mkdirat, openat,
    readlinkat, renameat, symlinkat, unlinkat,
};
use rustix::io::Errno;

use keyrack_types::bounds::nesting::FOLDERS;

/// How a folder is opened that must not be a link.
pub const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Makes a node's folder with a place for temporary files, only for its user.
///
/// # Errors
/// From the file system.
pub fn make_node_folder(folder: &Path, owner: Option<u32>) -> io::Result<()> {
    match mkdirat(CWD, folder, Mode::RWXU) {
        Err(Errno::EXIST) => return Ok(()),
        made => made?,
    }
    let handle = openat(CWD, folder, FOLDER, Mode::empty())?;
    mkdirat(&handle, "tmp", Mode::RWXU)?;
    chownat(&handle, "tmp", user(owner), group(owner), AtFlags::SYMLINK_NOFOLLOW)?;
    // Last: from here on the folder is the stranger's.
    fchown(&handle, user(owner), group(owner))?;
    Ok(())
}

/// Gives a folder and all in it to this user.
///
/// # Errors
/// From the file system.
pub fn give_to(folder: &Path, owner: u32) -> io::Result<()> {
    give_all(openat(CWD, folder, FOLDER, Mode::empty())?, owner, FOLDERS)
}

fn give_all(folder: OwnedFd, owner: u32, depth: usize) -> io::Result<()> {
    fchown(&folder, user(Some(owner)), group(Some(owner)))?;
    for (name, kind) in entries(folder.as_fd())? {
        if kind == FileType::Directory && depth > 0 {
            give_all(openat(&folder, &*name, FOLDER, Mode::empty())?, owner, depth - 1)?;
        } else {
            chownat(&folder, &*name, user(Some(owner)), group(Some(owner)), AtFlags::SYMLINK_NOFOLLOW)?;
        }
    }
    Ok(())
}

/// How much one piece of work may write.
pub struct Budget {
    entries: u64,
    bytes: u64,
}

impl Budget {
    /// At most so many files and folders with so many bytes in all.
    pub fn of(entries: u64, bytes: u64) -> Budget {
        Budget { entries, bytes }
    }

    /// Takes one file or folder from it.
    ///
    /// # Errors
    /// [`io::ErrorKind::QuotaExceeded`] when there is nothing left.
    pub fn take_entry(&mut self) -> io::Result<()> {
        self.entries = self.entries.checked_sub(1).ok_or_else(used_up)?;
        Ok(())
    }

    /// Copies to the end, as far as there are bytes left.
    ///
    /// # Errors
    /// [`io::ErrorKind::QuotaExceeded`] when there is more, and from reading and writing.
    pub fn copy(&mut self, from: impl Read, to: &mut impl Write) -> io::Result<()> {
        let mut limited = from.take(self.bytes.saturating_add(1));
        let copied = io::copy(&mut limited, to)?;
        self.bytes = self.bytes.checked_sub(copied).ok_or_else(used_up)?;
        Ok(())
    }
}

fn used_up() -> io::Error {
    io::Error::from(io::ErrorKind::QuotaExceeded)
}

/// Copies files, folders and links (as links) of one folder into another one that nobody else writes to.
///
/// # Errors
/// From the file system, or when folders lie too deep.
pub fn copy_tree(from: &Path, to: &Path, owner: Option<u32>) -> io::Result<()> {
    let from = openat(CWD, from, FOLDER, Mode::empty())?;
    let to = openat(CWD, to, FOLDER, Mode::empty())?;
    copy_all(&from, &to, owner, FOLDERS, &mut Budget::of(u64::MAX, u64::MAX))
}

/// Copies what is in one open folder into another.
///
/// # Errors
/// From the file system, when folders lie too deep, or when the budget is used up.
pub fn copy_within(from: &OwnedFd, to: &OwnedFd, budget: &mut Budget) -> io::Result<()> {
    copy_all(from, to, None, FOLDERS, budget)
}

fn copy_all(from: &OwnedFd, to: &OwnedFd, owner: Option<u32>, depth: usize, budget: &mut Budget) -> io::Result<()> {
    if depth == 0 {
        return Err(too_deep());
    }
    for (name, kind) in entries(from.as_fd())? {
        let name = &*name;
        budget.take_entry()?;
        match kind {
            FileType::Directory => {
                let source = openat(from, name, FOLDER, Mode::empty())?;
                match mkdirat(to, name, Mode::RWXU) {
                    Err(Errno::EXIST) => {}
                    made => made?,
                }
                let target = openat(to, name, FOLDER, Mode::empty())?;
                copy_all(&source, &target, owner, depth - 1, budget)?;
                finish(&source, &target, owner)?;
            }
            FileType::RegularFile => copy_file((from, name), (to, name), owner, budget)?,
            FileType::Symlink => {
                let place = readlinkat(from, name, Vec::new())?;
                match symlinkat(&*place, to, name) {
                    Err(Errno::EXIST) => {}
                    made => made?,
                }
                chownat(to, name, user(owner), group(owner), AtFlags::SYMLINK_NOFOLLOW)?;
            }
            // Sockets and pipes live with the process that made them.
            _ => {}
        }
    }
    Ok(())
}

/// Copies a regular file; what is none is left out.
///
/// # Errors
/// From the file system, or when the budget is used up.
pub fn copy_file(
    (from, name): (&OwnedFd, &CStr),
    (to, new_name): (&OwnedFd, &CStr),
    owner: Option<u32>,
    budget: &mut Budget,
) -> io::Result<()> {
    // Not blocking: should it have become a pipe meanwhile, opening it must not wait for the other end.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let source = openat(from, name, OFlags::RDONLY | flags, Mode::empty())?;
    if FileType::from_raw_mode(fstat(&source)?.st_mode) != FileType::RegularFile {
        return Ok(());
    }
    let target = openat(to, new_name, OFlags::WRONLY | OFlags::CREATE | flags, Mode::RUSR | Mode::WUSR)?;
    let (before, after) = (fstat(&source)?, fstat(&target)?);
    if FileType::from_raw_mode(after.st_mode) != FileType::RegularFile {
        return Err(io::Error::from(io::ErrorKind::AlreadyExists));
    }
    if (before.st_dev, before.st_ino) == (after.st_dev, after.st_ino) {
        return Ok(());
    }
    let (mut reader, mut writer) = (std::fs::File::from(source), std::fs::File::from(target));
    writer.set_len(0)?;
    budget.copy(&mut reader, &mut writer)?;
    finish(&reader.into(), &writer.into(), owner)
}

/// Removes a folder with all in it, following no link, however deep folders lie in each other.
///
/// # Errors
/// From the file system; [`io::ErrorKind::DirectoryNotEmpty`] when somebody makes folders in it as fast as they are removed.
pub fn remove_tree(parent: &OwnedFd, name: &CStr) -> io::Result<()> {
    remove_all(parent, name, FOLDERS)
}

fn remove_all(parent: &OwnedFd, name: &CStr, depth: usize) -> io::Result<()> {
    if depth == 0 {
        return remove_whole(parent, name, LIVE_ROUNDS);
    }
    let folder = openat(parent, name, FOLDER, Mode::empty())?;
    for (name, kind) in entries(folder.as_fd())? {
        match kind {
            FileType::Directory => remove_all(&folder, &name, depth - 1)?,
            _ => unlinkat(&folder, &*name, AtFlags::empty())?,
        }
    }
    Ok(unlinkat(parent, name, AtFlags::REMOVEDIR)?)
}

/// Removes a node's folder with all in it, following no link, however deep folders lie in each other and whatever rights the
/// node took from itself. Nothing of the node may be alive any more.
///
/// # Errors
/// From the file system.
pub fn remove_node_folder(folder: &Path) -> io::Result<()> {
    let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) else {
        return Err(io::ErrorKind::InvalidFilename.into());
    };
    let parent = openat(CWD, parent, FOLDER, Mode::empty())?;
    remove_whole(&parent, &CString::new(name.as_encoded_bytes())?, u64::MAX)
}

/// Levels of folders that are removed where a node may be at work: one that makes new ones all the time must not occupy
/// the thread for good.
const LIVE_ROUNDS: u64 = 100_000;

/// What is two levels down is moved one level up until there is none: nothing calls itself, two folders are open at a time,
/// and no path gets long. Work on files that nobody waits for any more may still come to its end meanwhile.
fn remove_whole(parent: &OwnedFd, name: &CStr, rounds: u64) -> io::Result<()> {
    let top = open_wide(parent, name)?;
    let mut lifted = 0_u64;
    for _ in 0..rounds {
        let mut folders = 0;
        for (name, kind) in entries(top.as_fd())? {
            if kind != FileType::Directory {
                remove_one(&top, &name, AtFlags::empty())?;
                continue;
            }
            folders += 1;
            let folder = open_wide(&top, &name)?;
            for (inner, kind) in entries(folder.as_fd())? {
                match kind {
                    FileType::Directory => lift(&folder, &inner, &top, &mut lifted)?,
                    _ => remove_one(&folder, &inner, AtFlags::empty())?,
                }
            }
            remove_one(&top, &name, AtFlags::REMOVEDIR)?;
        }
        if folders == 0 {
            match unlinkat(parent, name, AtFlags::REMOVEDIR) {
                Err(Errno::NOTEMPTY | Errno::EXIST) => {}
                removed => return Ok(removed?),
            }
        }
    }
    Err(Errno::NOTEMPTY.into())
}

/// Removes something unless it is gone already; a folder that something came into is left for the next round.
fn remove_one(folder: &OwnedFd, name: &CStr, flags: AtFlags) -> io::Result<()> {
    match unlinkat(folder, name, flags) {
        Err(Errno::NOENT | Errno::NOTEMPTY | Errno::EXIST) => Ok(()),
        removed => Ok(removed?),
    }
}

/// Opens a folder that is to go, and lets its owner change what is in it: caches of programs are often closed against that.
fn open_wide(parent: &OwnedFd, name: &CStr) -> io::Result<OwnedFd> {
    let folder = match openat(parent, name, FOLDER, Mode::empty()) {
        Err(Errno::ACCESS) => {
            chmodat(parent, name, Mode::RWXU, AtFlags::empty())?;
            openat(parent, name, FOLDER, Mode::empty())?
        }
        opened => opened?,
    };
    // Where that is not allowed, removing what is in it may be allowed all the same.
    let _ = fchmod(&folder, Mode::RWXU);
    Ok(folder)
}

/// Moves a folder into another one, under a name that is free there.
fn lift(from: &OwnedFd, name: &CStr, to: &OwnedFd, lifted: &mut u64) -> io::Result<()> {
    let mut opened = false;
    loop {
        let new = CString::new(format!("{lifted}.going"))?;
        match renameat(from, name, to, &*new) {
            Err(Errno::EXIST | Errno::NOTEMPTY | Errno::NOTDIR) => {}
            // Its own entry of what it lies in changes with the move.
            Err(Errno::ACCESS) if !opened => {
                chmodat(from, name, Mode::RWXU, AtFlags::empty())?;
                opened = true;
                continue;
            }
            moved => {
                *lifted += 1;
                return Ok(moved?);
            }
        }
        *lifted += 1;
    }
}

/// Folders lie deeper in each other than is copied.
#[derive(Debug, thiserror::Error)]
#[error("folders lie more than {FOLDERS} deep in each other")]
pub struct TooDeep;

pub fn too_deep() -> io::Error {
    io::Error::other(TooDeep)
}

/// The same permission bits (without set-user-id and the like) and the new owner.
fn finish(source: &OwnedFd, target: &OwnedFd, owner: Option<u32>) -> io::Result<()> {
    fchmod(target, Mode::from_raw_mode(fstat(source)?.st_mode & 0o777))?;
    fchown(target, user(owner), group(owner))?;
    Ok(())
}

/// What is in a folder, without `.` and `..`.
///
/// # Errors
/// From the file system.
pub fn entries(folder: BorrowedFd<'_>) -> io::Result<Vec<(CString, FileType)>> {
    let mut found = Vec::new();
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_owned();
        if !matches!(name.to_bytes(), b"." | b"..") {
            let kind = match entry.file_type() {
                FileType::Unknown => {
                    FileType::from_raw_mode(rustix::fs::statat(folder, &*name, AtFlags::SYMLINK_NOFOLLOW)?.st_mode)
                }
                kind => kind,
            };
            found.push((name, kind));
        }
    }
    Ok(found)
}

fn user(owner: Option<u32>) -> Option<Uid> {
    owner.map(Uid::from_raw)
}

fn group(owner: Option<u32>) -> Option<Gid> {
    owner.map(Gid::from_raw)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_copy_holds_files_folders_and_links_and_follows_none() {
        let place = tempfile::tempdir().unwrap();
        let (secret, from, to) = (place.path().join("secret"), place.path().join("from"), place.path().join("to"));
        fs::write(&secret, "not for nodes").unwrap();
        make_node_folder(&from, None).unwrap();
        make_node_folder(&to, None).unwrap();
        fs::create_dir_all(from.join("www/deep")).unwrap();
        fs::write(from.join("www/deep/page.html"), "hello").unwrap();
        fs::write(from.join("run.sh"), "#!/bin/sh").unwrap();
        fs::set_permissions(from.join("run.sh"), fs::Permissions::from_mode(0o4755)).unwrap();
        symlink(&secret, from.join("link")).unwrap();
        symlink(place.path(), from.join("out")).unwrap();
        copy_tree(&from, &to, None).unwrap();
        assert_eq!(fs::read_to_string(to.join("www/deep/page.html")).unwrap(), "hello");
        assert_eq!(fs::metadata(to.join("run.sh")).unwrap().permissions().mode() & 0o7777, 0o755);
        assert!(fs::symlink_metadata(to.join("link")).unwrap().is_symlink());
        assert!(fs::symlink_metadata(to.join("out")).unwrap().is_symlink());
        // Once more over what is there: a copy that was cut short can be done again.
        copy_tree(&from, &to, None).unwrap();
    }

    #[test]
    fn a_folder_that_is_a_link_is_not_entered() {
        let place = tempfile::tempdir().unwrap();
        symlink("/etc", place.path().join("from")).unwrap();
        fs::create_dir(place.path().join("to")).unwrap();
        assert!(copy_tree(&place.path().join("from"), &place.path().join("to"), None).is_err());
    }
}
