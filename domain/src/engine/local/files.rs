//! Work on nodes' folders by the server. What lies in them was written by strangers, who may be writing still: every
//! step goes from an open folder to a name in it and never follows a link, so no trick with links leads outside.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Gid, Mode, OFlags, Uid, chownat, fchown, fstat, mkdirat, openat, readlinkat, symlinkat,
};

/// How deep folders may lie in each other before a copy gives up.
const DEPTH: usize = 64;

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Makes a node's folder with a place for temporary files, only for its user.
///
/// # Errors
/// From the file system.
pub fn make_node_folder(folder: &Path, owner: Option<u32>) -> io::Result<()> {
    match mkdirat(CWD, folder, Mode::RWXU) {
        Err(rustix::io::Errno::EXIST) => return Ok(()),
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
    give_all(openat(CWD, folder, FOLDER, Mode::empty())?, owner, DEPTH)
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

/// Copies files, folders and links (as links) of one folder into another one that nobody else writes to.
///
/// # Errors
/// From the file system, or when folders lie too deep.
pub fn copy_tree(from: &Path, to: &Path, owner: Option<u32>) -> io::Result<()> {
    let from = openat(CWD, from, FOLDER, Mode::empty())?;
    let to = openat(CWD, to, FOLDER, Mode::empty())?;
    copy_all(&from, &to, owner, DEPTH)
}

fn copy_all(from: &OwnedFd, to: &OwnedFd, owner: Option<u32>, depth: usize) -> io::Result<()> {
    if depth == 0 {
        return Err(io::Error::other("folders lie too deep in each other"));
    }
    for (name, kind) in entries(from.as_fd())? {
        let name = &*name;
        match kind {
            FileType::Directory => {
                let source = openat(from, name, FOLDER, Mode::empty())?;
                match mkdirat(to, name, Mode::RWXU) {
                    Err(rustix::io::Errno::EXIST) => {}
                    made => made?,
                }
                let target = openat(to, name, FOLDER, Mode::empty())?;
                copy_all(&source, &target, owner, depth - 1)?;
                finish(&source, &target, owner)?;
            }
            FileType::RegularFile => copy_file(from, to, name, owner)?,
            FileType::Symlink => {
                let place = readlinkat(from, name, Vec::new())?;
                match symlinkat(&*place, to, name) {
                    Err(rustix::io::Errno::EXIST) => {}
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

fn copy_file(from: &OwnedFd, to: &OwnedFd, name: &std::ffi::CStr, owner: Option<u32>) -> io::Result<()> {
    // Not blocking: should it have become a pipe meanwhile, opening it must not wait for a writer.
    let source =
        openat(from, name, OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty())?;
    if FileType::from_raw_mode(fstat(&source)?.st_mode) != FileType::RegularFile {
        return Ok(());
    }
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let target = openat(to, name, flags, Mode::RUSR | Mode::WUSR)?;
    let (mut reader, mut writer) = (std::fs::File::from(source), std::fs::File::from(target));
    io::copy(&mut reader, &mut writer)?;
    finish(&reader.into(), &writer.into(), owner)
}

/// The same permission bits (without set-user-id and the like) and the new owner.
fn finish(source: &OwnedFd, target: &OwnedFd, owner: Option<u32>) -> io::Result<()> {
    rustix::fs::fchmod(target, Mode::from_raw_mode(fstat(source)?.st_mode & 0o777))?;
    fchown(target, user(owner), group(owner))?;
    Ok(())
}

fn entries(folder: BorrowedFd<'_>) -> io::Result<Vec<(std::ffi::CString, FileType)>> {
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
