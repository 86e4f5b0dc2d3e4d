//! What every node's process gives up and is limited to, with or without walls around it.

use std::io;

use rustix::process::{Resource, Rlimit, setrlimit, umask};
use rustix::thread::{CapabilitySet, CapabilitySets, set_capabilities};

/// How many processes a node may have at once.
const PROCESSES: u64 = 512;
const OPEN_FILES: u64 = 4096;

/// Limits what a node may open, and that it may leave nothing when it crashes.
///
/// # Errors
/// From the system.
pub fn limit_files() -> io::Result<()> {
    umask(rustix::fs::Mode::from_raw_mode(0o022));
    limit(Resource::Core, 0)?;
    limit(Resource::Nofile, OPEN_FILES)
}

/// Limits how many processes the user of this one may have. In a user namespace those outside do not count.
///
/// # Errors
/// From the system.
pub fn limit_processes() -> io::Result<()> {
    limit(Resource::Nproc, PROCESSES)
}

/// Limits the memory of each process. Private memory rather than address space: runtimes reserve far more addresses than
/// they ever use.
///
/// # Errors
/// From the system.
pub fn limit_memory(bytes: u64) -> io::Result<()> {
    limit(Resource::Data, bytes)
}

fn limit(resource: Resource, most: u64) -> io::Result<()> {
    let old = rustix::process::getrlimit(resource);
    let most = old.maximum.map_or(most, |maximum| maximum.min(most));
    Ok(setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?)
}

/// The supervisor reads its signals; a node gets them.
///
/// # Errors
/// From the system.
pub fn unblock_signals() -> io::Result<()> {
    // SAFETY: plain system calls on a set that lives on this stack.
    let done = unsafe {
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &none, std::ptr::null_mut())
    };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Keeps none of the superuser's powers, those that an exec could give back included.
///
/// # Errors
/// From the system.
pub fn give_up_capabilities() -> io::Result<()> {
    // SAFETY: plain system calls without memory. Where the bounding set may not be changed there is nothing to give up.
    unsafe {
        for capability in 0..64 {
            if libc::prctl(libc::PR_CAPBSET_DROP, capability, 0, 0, 0) != 0 {
                break;
            }
        }
        libc::prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    }
    let none = CapabilitySet::empty();
    Ok(set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })?)
}

/// Nothing that is open beyond the three standard streams survives the exec.
///
/// # Errors
/// From the system.
pub fn close_on_exec() -> io::Result<()> {
    close_range(libc::CLOSE_RANGE_CLOEXEC as libc::c_int)
}

/// Whatever the server had open, its database above all, is no concern of a node. To be called before anything is opened.
///
/// # Errors
/// From the system.
pub fn close_inherited() -> io::Result<()> {
    close_range(0)
}

fn close_range(flags: libc::c_int) -> io::Result<()> {
    // SAFETY: nothing here owns a descriptor beyond the standard streams yet, or all of them are only marked.
    match unsafe { libc::close_range(3, libc::c_uint::MAX, flags) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
