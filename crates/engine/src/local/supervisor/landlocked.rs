//! Landlock: which files a process may use, what it may signal, and which ports it may bind, held by the kernel.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, NetPort, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreated,
    RulesetCreatedAttr, RulesetError, RulesetStatus, Scope, path_beneath_rules,
};

use super::system::{DEVICES, FACTS, PROC_FACTS, PROGRAMS};

/// The newest Landlock whose rights are known here; an older kernel enforces what it knows.
const LANDLOCK: ABI = ABI::V6;

/// What a process may do, prepared before it is.
pub struct Rules(RulesetCreated);

/// What the kernel has of it, as a version; none where it has nothing.
pub fn version() -> Option<i32> {
    const ASK_VERSION: libc::c_uint = 1;
    // SAFETY: with this flag the call takes no memory and answers the version or an error.
    let version =
        unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<u8>(), 0_usize, ASK_VERSION) };
    i32::try_from(version).ok().filter(|version| *version > 0)
}

/// The newest version that is known here: with it, nothing of what is asked for is missing.
pub const NEWEST: i32 = LANDLOCK as i32;

impl Rules {
    /// For a node without walls: its own folder, and of the system what programs need.
    ///
    /// # Errors
    /// From the kernel.
    pub fn among_others(folder: &Path, read: &[PathBuf], own_program: Option<BorrowedFd<'_>>) -> io::Result<Rules> {
        let facts = AccessFs::ReadFile | AccessFs::ReadDir;
        let device = AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::Truncate;
        let rules = handled(None)
            .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(PROGRAMS, execute())))
            .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(read, execute())))
            .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(FACTS, facts)))
            .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(PROC_FACTS, facts)))
            .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(DEVICES, device)))
            .and_then(|ruleset| ruleset.add_rules(path_beneath_rules([folder], own())));
        with_program(rules.map_err(io::Error::other)?, own_program)
    }

    /// For a node within walls, which sees nothing that it may not read. On the machine's network it may bind this port.
    ///
    /// # Errors
    /// From the kernel.
    pub fn within_walls(folder: &Path, own_program: Option<BorrowedFd<'_>>, port: Option<u16>) -> io::Result<Rules> {
        let write = AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::ReadDir | AccessFs::Truncate;
        let rules = handled(port)
            .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(["/"], execute())))
            .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(["/proc", "/dev"], write)))
            .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(["/tmp", "/dev/shm"], own())))
            .and_then(|ruleset| ruleset.add_rules(path_beneath_rules([folder], own())));
        with_program(rules.map_err(io::Error::other)?, own_program)
    }

    /// Lets the calling process have its own entries in `/proc`. Only there `/proc/self` means the node's process; missing
    /// it (no /proc) is no reason not to run.
    ///
    /// # Errors
    /// From the kernel.
    pub fn and_itself(self) -> io::Result<Rules> {
        let facts = AccessFs::ReadFile | AccessFs::ReadDir;
        match PathFd::new("/proc/self") {
            Ok(own) => self.0.add_rule(PathBeneath::new(own, facts)).map(Rules).map_err(refused),
            Err(_) => Ok(self),
        }
    }

    /// Binds the calling process and all that it starts to the rules.
    ///
    /// # Errors
    /// When nothing of them is enforced.
    pub fn restrict(self) -> io::Result<()> {
        match self.0.restrict_self().map_err(refused)?.ruleset {
            RulesetStatus::NotEnforced => Err(io::Error::from_raw_os_error(libc::EPERM)),
            RulesetStatus::PartiallyEnforced | RulesetStatus::FullyEnforced => Ok(()),
        }
    }
}

fn handled(port: Option<u16>) -> Result<RulesetCreated, RulesetError> {
    let ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(LANDLOCK))?
        // Outside its own tree a node can signal no process and reach no abstract socket.
        .scope(Scope::from_all(LANDLOCK))?;
    match port {
        None => ruleset.create(),
        Some(port) => {
            ruleset.handle_access(AccessNet::BindTcp)?.create()?.add_rule(NetPort::new(port, AccessNet::BindTcp))
        }
    }
}

fn execute() -> BitFlags<AccessFs> {
    AccessFs::ReadFile | AccessFs::ReadDir | AccessFs::Execute
}

fn own() -> BitFlags<AccessFs> {
    AccessFs::from_all(LANDLOCK) & !(AccessFs::MakeBlock | AccessFs::MakeChar)
}

fn with_program(ruleset: RulesetCreated, own_program: Option<BorrowedFd<'_>>) -> io::Result<Rules> {
    let Some(program) = own_program else { return Ok(Rules(ruleset)) };
    let rule = PathBeneath::new(program.as_fd(), AccessFs::ReadFile | AccessFs::Execute);
    ruleset.add_rule(rule).map(Rules).map_err(io::Error::other)
}

/// Between fork and exec only an error number comes through to the parent.
fn refused(_: RulesetError) -> io::Error {
    io::Error::from_raw_os_error(libc::EPERM)
}
