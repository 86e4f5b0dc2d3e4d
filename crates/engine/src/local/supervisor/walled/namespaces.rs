//! Namespaces: a world with users, processes, mounts, names and a network of its own.

use std::fs;
use std::io;
use std::os::fd::AsRawFd;

use rustix::process::{DumpableBehavior, Pid, getegid, geteuid, set_dumpable_behavior};
use rustix::thread::UnshareFlags;

use crate::local::supervisor::context::because;
use crate::local::supervisor::user::become_user;

/// The namespaces of every node besides that of users and that of the network.
pub const ALWAYS: [(&str, libc::c_int); 4] = [
    ("PID namespace", libc::CLONE_NEWPID),
    ("mount namespace", libc::CLONE_NEWNS),
    ("IPC namespace", libc::CLONE_NEWIPC),
    ("UTS namespace", libc::CLONE_NEWUTS),
];

/// Where a process finds itself after it was split.
pub enum Side {
    /// The old one, with its child.
    Outside(Pid),
    /// The child, in new namespaces.
    Inside(Origin),
}

/// Who a process was before it got a user namespace, in which it is nobody at first.
#[derive(Clone, Copy)]
pub struct Origin {
    user: u32,
    group: u32,
}

impl Origin {
    /// Whether it was, and still is, the superuser.
    pub fn is_superuser(self) -> bool {
        self.user == 0
    }

    /// Is the same user in the user namespace that [`split`] made.
    ///
    /// # Errors
    /// When the kernel does not let it.
    pub fn stay(self) -> io::Result<()> {
        map(self.user, self.group).map_err(because("user namespace"))
    }
}

/// Splits this process, which has one thread.
///
/// The superuser makes namespaces while it still is one, so that they belong to it and not to the node; everybody else
/// needs a user namespace to make them in.
///
/// # Errors
/// When the kernel does not let it.
pub fn split(namespaces: libc::c_int) -> io::Result<Side> {
    let origin = Origin { user: geteuid().as_raw(), group: getegid().as_raw() };
    let user = if origin.is_superuser() || namespaces == 0 { 0 } else { libc::CLONE_NEWUSER };
    let flags = libc::c_long::from(namespaces | user | libc::SIGCHLD);
    let nothing = std::ptr::null::<u8>();
    // SAFETY: as fork: no new stack, and this process has one thread, so the child may do whatever the parent may.
    match unsafe { libc::syscall(libc::SYS_clone, flags, nothing, nothing, nothing, nothing) } {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(Side::Inside(origin)),
        pid => Ok(Side::Outside(Pid::from_raw(pid as i32).expect("a child's id is positive"))),
    }
}

/// Becomes a user who has nothing else, in a user namespace with nobody else.
///
/// # Errors
/// When the kernel does not let it.
pub fn become_stranger(id: u32) -> io::Result<()> {
    become_user(id).map_err(because("a user of its own"))?;
    let enter = || {
        // SAFETY: only the namespace of users changes; files stay as they are.
        unsafe { rustix::thread::unshare_unsafe(UnshareFlags::NEWUSER) }?;
        // With its user a process loses the ownership of its entries in /proc, which are written to next.
        set_dumpable_behavior(DumpableBehavior::Dumpable)?;
        map(id, id)
    };
    enter().map_err(because("user namespace"))
}

fn map(user: u32, group: u32) -> io::Result<()> {
    // Without this, a group could be given up that is there to keep somebody out.
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
    fs::write("/proc/self/gid_map", format!("{group} {group} 1"))
}

/// Switches the loopback of a new network namespace on.
///
/// # Errors
/// When the kernel does not let it.
pub fn loopback_up() -> io::Result<()> {
    use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};
    let up = || {
        let socket = socket_with(AddressFamily::INET, SocketType::DGRAM, SocketFlags::CLOEXEC, None)?;
        // SAFETY: the request is a plain structure that lives on this stack.
        let done = unsafe {
            let mut request: libc::ifreq = std::mem::zeroed();
            request.ifr_name[0] = b'l' as libc::c_char;
            request.ifr_name[1] = b'o' as libc::c_char;
            request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
            libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS, &raw const request)
        };
        if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    };
    up().map_err(because("network namespace"))
}
