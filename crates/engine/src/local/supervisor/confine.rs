//! What makes a stranger of a node's process: another user, Landlock, limits, nothing inherited.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, BitFlags, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr,
    RulesetStatus, Scope, path_beneath_rules,
};
use rustix::process::{
    Pid, Resource, Rlimit, Signal, geteuid, getppid, set_parent_process_death_signal, setrlimit, setsid, umask,
};
use rustix::thread::{
    CapabilitySet, CapabilitySets, Gid, Uid, set_capabilities, set_no_new_privs, set_thread_groups, set_thread_res_gid,
    set_thread_res_uid,
};

use crate::local::protocol::Job;

/// The newest Landlock whose rights are known here; an older kernel enforces what it knows.
const LANDLOCK: ABI = ABI::V6;

/// Programs and libraries of the system.
const PROGRAMS: [&str; 8] = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store", "/gnu/store"];

/// What programs read to find libraries, names, time and certificates. Not all of /etc: it may hold the server's own
/// settings.
const FACTS: [&str; 33] = [
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/crypto-policies",
    "/etc/gai.conf",
    "/etc/group",
    "/etc/host.conf",
    "/etc/hosts",
    "/etc/java",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/locale.alias",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/os-release",
    "/etc/passwd",
    "/etc/php",
    "/etc/pki/tls",
    "/etc/protocols",
    "/etc/resolv.conf",
    "/etc/services",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/etc/timezone",
    "/proc/cpuinfo",
    "/proc/loadavg",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/sys",
    "/proc/uptime",
    "/proc/version",
    "/sys/devices/system/cpu",
];

const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

/// How many processes a node's own user may have at once.
const PROCESSES: u64 = 512;
const OPEN_FILES: u64 = 4096;

/// Prepared before the fork, applied between fork and exec.
pub struct Confinement {
    supervisor: Option<Pid>,
    uid: Option<u32>,
    memory: u64,
    ruleset: Option<RulesetCreated>,
}

impl Confinement {
    /// Gets everything ready that can be got ready outside the child.
    ///
    /// # Errors
    /// When Landlock is asked for and cannot be had: a node is confined or does not run.
    pub fn prepare(job: &Job, own_program: Option<BorrowedFd<'_>>) -> io::Result<Confinement> {
        let ruleset = job.landlock.then(|| ruleset(&job.folder, &job.read, own_program)).transpose()?;
        Ok(Confinement { supervisor: Some(rustix::process::getpid()), uid: job.uid, memory: job.memory, ruleset })
    }

    /// Makes the calling process a node's. It runs in the child of a process with one thread, so it may allocate.
    ///
    /// # Errors
    /// When any of it fails; then the program must not be executed.
    pub fn apply(&mut self) -> io::Result<()> {
        setsid()?;
        unblock_signals()?;
        umask(rustix::fs::Mode::from_raw_mode(0o022));
        limit(Resource::Core, 0)?;
        limit(Resource::Nofile, OPEN_FILES)?;
        // Private memory rather than address space: runtimes reserve far more addresses than they ever use.
        limit(Resource::Data, self.memory)?;
        match self.uid {
            Some(uid) => {
                // The limit counts all processes of the user, so it only means something for a user of the node's own.
                limit(Resource::Nproc, PROCESSES)?;
                become_user(uid)?;
            }
            None if geteuid().is_root() => give_up_capabilities()?,
            None => {}
        }
        set_no_new_privs(true)?;
        // A new user clears this, hence it comes after. It helps only when the supervisor itself is killed.
        set_parent_process_death_signal(Some(Signal::KILL))?;
        if getppid() != self.supervisor {
            return Err(io::Error::from(io::ErrorKind::BrokenPipe));
        }
        if let Some(ruleset) = self.ruleset.take() {
            restrict(ruleset)?;
        }
        close_on_exec()
    }
}

fn limit(resource: Resource, most: u64) -> io::Result<()> {
    let old = rustix::process::getrlimit(resource);
    let most = old.maximum.map_or(most, |maximum| maximum.min(most));
    Ok(setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?)
}

/// The supervisor reads its signals; a node gets them.
fn unblock_signals() -> io::Result<()> {
    // SAFETY: plain system calls on a set that lives on this stack.
    let done = unsafe {
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &none, std::ptr::null_mut())
    };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Gives up the old user with all its groups; capabilities go with it.
fn become_user(uid: u32) -> io::Result<()> {
    let (user, group) = (Uid::from_raw(uid), Gid::from_raw(uid));
    set_thread_groups(&[])?;
    set_thread_res_gid(Some(group), Some(group), Some(group))?;
    set_thread_res_uid(Some(user), Some(user), Some(user))?;
    Ok(())
}

/// Where the superuser has to stay itself, it keeps none of its powers; `no_new_privs` keeps an exec from giving them back.
fn give_up_capabilities() -> io::Result<()> {
    let none = CapabilitySet::empty();
    Ok(set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })?)
}

/// Nothing that is open beyond the three standard streams survives the exec.
fn close_on_exec() -> io::Result<()> {
    // SAFETY: marking descriptors close-on-exec takes none away from anybody in this process.
    match unsafe { libc::close_range(3, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC as libc::c_int) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

fn ruleset(folder: &Path, read: &[PathBuf], own_program: Option<BorrowedFd<'_>>) -> io::Result<RulesetCreated> {
    let all = AccessFs::from_all(LANDLOCK);
    let execute = AccessFs::ReadFile | AccessFs::ReadDir | AccessFs::Execute;
    let facts = AccessFs::ReadFile | AccessFs::ReadDir;
    let device = AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::Truncate;
    let own: BitFlags<AccessFs> = all & !(AccessFs::MakeBlock | AccessFs::MakeChar);
    let mut ruleset = Ruleset::default()
        .handle_access(all)
        // Outside its own tree a node can signal nobody and reach no abstract socket.
        .and_then(|ruleset| ruleset.scope(Scope::from_all(LANDLOCK)))
        .and_then(Ruleset::create)
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(PROGRAMS, execute)))
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(read, execute)))
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(FACTS, facts)))
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(DEVICES, device)))
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules([folder], own)))
        .map_err(io::Error::other)?;
    if let Some(program) = own_program {
        ruleset = ruleset
            .add_rule(PathBeneath::new(program.as_fd(), AccessFs::ReadFile | AccessFs::Execute))
            .map_err(io::Error::other)?;
    }
    Ok(ruleset)
}

fn restrict(ruleset: RulesetCreated) -> io::Result<()> {
    // Only here does /proc/self mean the node's process. Missing it (no /proc) is no reason not to run.
    let ruleset = match PathFd::new("/proc/self") {
        Ok(own) => ruleset.add_rule(PathBeneath::new(own, AccessFs::ReadFile | AccessFs::ReadDir)).map_err(refused)?,
        Err(_) => ruleset,
    };
    match ruleset.restrict_self().map_err(refused)?.ruleset {
        RulesetStatus::NotEnforced => Err(io::Error::from_raw_os_error(libc::EPERM)),
        RulesetStatus::PartiallyEnforced | RulesetStatus::FullyEnforced => Ok(()),
    }
}

/// Between fork and exec only an error number comes through to the parent.
fn refused(_: landlock::RulesetError) -> io::Error {
    io::Error::from_raw_os_error(libc::EPERM)
}
