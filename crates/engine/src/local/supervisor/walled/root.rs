//! A root of its own: a file system in memory with nothing but what a node needs, in place of the machine's.

use std::ffi::{CString, OsStr};
use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, fstat, mkdirat, openat, statat, symlinkat};
use rustix::io::Errno;
use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, MountPropagationFlags, MoveMountFlags, OpenTreeFlags, UnmountFlags,
    fsconfig_create, fsconfig_set_string, fsmount, fsopen, mount_change, move_mount, open_tree, unmount,
};
use rustix::process::{chdir, fchdir, pivot_root};

use crate::local::supervisor::context::because;
use crate::local::supervisor::system::{DEVICES, FACTS, PROGRAMS};

/// What a node sees.
pub struct View<'a> {
    /// The only folder on a disk that it may write to, in the place that it has outside.
    pub folder: &'a Path,
    /// Nothing else of this is seen.
    pub data: &'a Path,
    /// What it may read besides.
    pub read: &'a [PathBuf],
    /// How many bytes its folders in memory may hold, each.
    pub memory: u64,
    /// The name of its machine, where it has a loopback of its own: programs ask for the address of that name.
    pub host: Option<&'a str>,
}

/// Where names of machines and their addresses are.
const HOSTS: &str = "/etc/hosts";

/// The folders in memory of a node, open to ask how much is in them.
pub type Memories = [OwnedFd; 2];

/// How many files each of them may have: each takes memory, empty ones too.
const MEMORY_FILES: &str = "16384";

/// Set on a tree as long as it is attached nowhere: nothing of it is ever seen without them.
const READ_ONLY: MountAttrFlags =
    MountAttrFlags::MOUNT_ATTR_RDONLY.union(MountAttrFlags::MOUNT_ATTR_NOSUID).union(MountAttrFlags::MOUNT_ATTR_NODEV);
const DEVICE: MountAttrFlags = MountAttrFlags::MOUNT_ATTR_NOSUID.union(MountAttrFlags::MOUNT_ATTR_NOEXEC);
const WRITABLE: MountAttrFlags = MountAttrFlags::MOUNT_ATTR_NOSUID.union(MountAttrFlags::MOUNT_ATTR_NODEV);

/// Makes the view the root of this process, which is alone in its mount namespace, and the first of its PID namespace.
///
/// # Errors
/// When the kernel does not let it, with the step at which that was.
pub fn build(view: &View<'_>) -> io::Result<Memories> {
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    mount_change("/", private).map_err(because("mounts: making them private"))?;
    // All trees first: the new root hides the folder that it is attached at.
    let shown = shown(view)?;
    let own = tree(view.folder, WRITABLE).map_err(because("mounts: the node's folder"))?;
    let root = memory(&[("mode", "0755"), ("size", "1m"), ("nr_inodes", "4096")], WRITABLE)
        .map_err(because("mounts: a root in memory"))?;
    move_mount(&root, "", CWD, view.folder, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)
        .map_err(because("mounts: attaching the new root"))?;
    let memories = fill(&root, view, &shown, own)?;
    fchdir(&root)?;
    // Both at one place: the old root lies on the new one, from where it is taken off.
    pivot_root(".", ".").map_err(because("pivot_root"))?;
    unmount(".", UnmountFlags::DETACH).map_err(because("mounts: taking the old root away"))?;
    set(&root, MountAttrFlags::MOUNT_ATTR_RDONLY, AtFlags::empty()).map_err(because("mounts: a read-only root"))?;
    chdir("/")?;
    Ok(memories)
}

/// Something of the machine that nodes see.
enum Shown {
    Tree(PathBuf, OwnedFd),
    Link(PathBuf, PathBuf),
}

fn shown(view: &View<'_>) -> io::Result<Vec<Shown>> {
    let mut shown = Vec::new();
    for path in PROGRAMS.map(Path::new) {
        match fs::read_link(path) {
            Ok(to) => shown.push(Shown::Link(path.to_owned(), to)),
            Err(_) => add_tree(&mut shown, path, READ_ONLY)?,
        }
    }
    for path in FACTS.map(Path::new) {
        if view.host.is_some() && path == Path::new(HOSTS) {
            continue;
        }
        add_tree(&mut shown, path, READ_ONLY)?;
    }
    for path in DEVICES.map(Path::new) {
        add_tree(&mut shown, path, DEVICE)?;
    }
    for path in view.read {
        let Ok(real) = path.canonicalize() else { continue };
        if !PROGRAMS.iter().any(|programs| real.starts_with(programs)) {
            add_tree(&mut shown, &real, READ_ONLY)?;
        }
        if real != *path {
            shown.push(Shown::Link(path.clone(), real));
        }
    }
    Ok(shown)
}

/// What is not there, or closed to this user, is not shown.
fn add_tree(shown: &mut Vec<Shown>, path: &Path, attributes: MountAttrFlags) -> io::Result<()> {
    match tree(path, attributes) {
        Ok(tree) => shown.push(Shown::Tree(path.to_owned(), tree)),
        Err(error) if matches!(error.raw_os_error(), Some(libc::ENOENT | libc::EACCES | libc::ENOTDIR)) => {}
        Err(error) => return Err(because(&format!("mounts: {}", path.display()))(error)),
    }
    Ok(())
}

fn fill(root: &OwnedFd, view: &View<'_>, shown: &[Shown], own: OwnedFd) -> io::Result<Memories> {
    let root = root.as_fd();
    let limit = view.memory.to_string();
    let writable = [("mode", "1777"), ("size", &*limit), ("nr_inodes", MEMORY_FILES)];
    let temporary = memory(&writable, WRITABLE)?;
    attach(root, &temporary, Path::new("/tmp"))?;
    let shared = memory(&writable, WRITABLE)?;
    attach(root, &shared, Path::new("/dev/shm"))?;
    for thing in shown {
        match thing {
            Shown::Tree(path, tree) => attach(root, tree, path)?,
            Shown::Link(path, to) => {
                folders(root, path.parent().unwrap_or(path), SEEN)?;
                link(root, path, to)?;
            }
        }
    }
    for (name, to) in [("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")] {
        link(root, &Path::new("/dev").join(name), Path::new(&format!("/proc/self/fd{to}")))?;
    }
    if let Some(host) = view.host {
        folders(root, Path::new("/etc"), SEEN)?;
        let flags = OFlags::CREATE | OFlags::WRONLY | OFlags::CLOEXEC;
        let file = openat(root, relative(Path::new(HOSTS))?, flags, Mode::from_raw_mode(0o444))?;
        let text = format!("127.0.0.1 localhost {host}\n::1 localhost {host}\n");
        rustix::io::write(&file, text.as_bytes())?;
    }
    let system = fsopen("proc", FsOpenFlags::FSOPEN_CLOEXEC).and_then(|processes| {
        fsconfig_create(&processes)?;
        fsmount(&processes, FsMountFlags::FSMOUNT_CLOEXEC, WRITABLE | MountAttrFlags::MOUNT_ATTR_NOEXEC)
    });
    let system = system.map_err(because("mounts: a /proc of its own"))?;
    attach(root, &system, Path::new("/proc"))?;
    // Something that is shown may hold the data folder; then that is covered.
    if statat(root, relative(view.data)?, AtFlags::SYMLINK_NOFOLLOW).is_ok() {
        attach(root, &memory(&[("mode", "0111"), ("size", "64k"), ("nr_inodes", "64")], WRITABLE)?, view.data)?;
    }
    folders(root, view.folder.parent().unwrap_or(view.folder), PASSED)?;
    attach(root, &own, view.folder)?;
    Ok([temporary, shared])
}

/// Folders on the way to what is shown, and those on the way to the node's own, which it need not list.
const SEEN: Mode = Mode::from_bits_retain(0o755);
const PASSED: Mode = Mode::from_bits_retain(0o111);

/// Attaches a tree, making what it lies on.
fn attach(root: BorrowedFd<'_>, tree: &OwnedFd, path: &Path) -> io::Result<()> {
    let attached = || -> io::Result<()> {
        if FileType::from_raw_mode(fstat(tree)?.st_mode) == FileType::Directory {
            folders(root, path, SEEN)?;
        } else {
            folders(root, path.parent().unwrap_or(path), SEEN)?;
            match openat(root, relative(path)?, OFlags::CREATE | OFlags::CLOEXEC, Mode::from_raw_mode(0o444)) {
                // It is there already, in something that is shown.
                Err(Errno::ROFS | Errno::EXIST | Errno::ACCESS | Errno::NXIO) => {}
                made => drop(made?),
            }
        }
        Ok(move_mount(tree, "", root, relative(path)?, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)?)
    };
    attached().map_err(because(&format!("mounts: attaching {}", path.display())))
}

fn folders(root: BorrowedFd<'_>, path: &Path, mode: Mode) -> io::Result<()> {
    let mut way = PathBuf::new();
    for part in path.components() {
        let Component::Normal(part) = part else { continue };
        way.push(part);
        match mkdirat(root, &*way, mode) {
            Err(Errno::EXIST) => {}
            made => made?,
        }
    }
    Ok(())
}

fn link(root: BorrowedFd<'_>, path: &Path, to: &Path) -> io::Result<()> {
    match symlinkat(to, root, relative(path)?) {
        // It is there already, in something that is shown.
        Err(Errno::EXIST | Errno::ROFS) => Ok(()),
        made => Ok(made?),
    }
}

/// The same path below the new root.
fn relative(path: &Path) -> io::Result<&Path> {
    path.strip_prefix("/").map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "the path is not absolute"))
}

/// Everything below a path, attached nowhere.
fn tree(path: &Path, attributes: MountAttrFlags) -> io::Result<OwnedFd> {
    let flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | OpenTreeFlags::AT_RECURSIVE;
    let tree = open_tree(CWD, path, flags)?;
    set(&tree, attributes, AtFlags::from_bits_retain(libc::AT_RECURSIVE as u32))?;
    Ok(tree)
}

/// A file system in memory, attached nowhere.
fn memory(options: &[(&str, &str)], attributes: MountAttrFlags) -> io::Result<OwnedFd> {
    let made = || -> rustix::io::Result<OwnedFd> {
        let new = fsopen("tmpfs", FsOpenFlags::FSOPEN_CLOEXEC)?;
        for (name, value) in options {
            fsconfig_set_string(&new, *name, *value)?;
        }
        fsconfig_create(&new)?;
        fsmount(&new, FsMountFlags::FSMOUNT_CLOEXEC, attributes)
    };
    made().map_err(because("mounts: a folder in memory"))
}

/// Adds attributes to a mount. Those that it has stay: some are locked for this user.
fn set(mount: &OwnedFd, attributes: MountAttrFlags, flags: AtFlags) -> io::Result<()> {
    // As the kernel has it: what to set, what to clear, propagation, user namespace.
    let wanted: [u64; 4] = [u64::from(attributes.bits()), 0, 0, 0];
    let nothing = CString::default();
    // SAFETY: both pointers are to values that outlive the call, which writes to neither.
    let done = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            mount.as_raw_fd(),
            nothing.as_ptr(),
            libc::c_uint::from(flags.bits() as u16) | libc::AT_EMPTY_PATH as libc::c_uint,
            wanted.as_ptr(),
            size_of_val(&wanted),
        )
    };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Whether a name is in the root of this process.
pub fn has(name: &str) -> bool {
    fs::symlink_metadata(Path::new("/").join(OsStr::new(name))).is_ok()
}
