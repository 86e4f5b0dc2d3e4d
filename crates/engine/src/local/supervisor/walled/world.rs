//! The world within the walls: what the first process in it makes of itself before anything of the node runs.

use std::fs;
use std::io;
use std::path::Path;

use rustix::process::{
    DumpableBehavior, Signal, chdir, set_dumpable_behavior, set_parent_process_death_signal, setsid, umask,
};
use rustix::thread::set_no_new_privs;

use super::namespaces::{ALWAYS, Origin, become_stranger, loopback_up};
use super::root::{self, Memories, View};
use super::seccomp;
use crate::local::protocol::{Job, Network, Walls};
use crate::local::supervisor::bounds::{
    close_on_exec, give_up_capabilities, limit_files, limit_memory, limit_processes, unblock_signals,
};
use crate::local::supervisor::context::because;
use crate::local::supervisor::landlocked::{self, Rules};

/// How much rather than others the kernel ends a node's processes when the machine has no memory left; 1000 is most.
const ENDED_FIRST: &str = "500";

/// The namespaces that a node gets, besides that of users.
pub fn namespaces(walls: &Walls) -> libc::c_int {
    let network = match walls.network {
        Network::Own { .. } => libc::CLONE_NEWNET,
        Network::Machine { .. } => 0,
    };
    ALWAYS.iter().fold(network, |all, (_, flag)| all | flag)
}

/// Makes this process, the first in its namespaces, a stranger in a world of its own.
///
/// # Errors
/// When any of it cannot be done, with what that was; then nothing of the node may run.
pub fn make(job: &Job, walls: &Walls, origin: Origin) -> io::Result<Memories> {
    let superuser = origin.is_superuser();
    // It helps the others; without it nothing is open.
    let _ = fs::write("/proc/self/oom_score_adj", ENDED_FIRST);
    if let Some(group) = &walls.cgroup {
        // 0 is whoever writes it.
        fs::write(group.join("cgroup.procs"), "0").map_err(because("control group"))?;
    }
    setsid()?;
    umask(rustix::fs::Mode::empty());
    if !superuser {
        origin.stay()?;
    }
    // Only a name; a service whose host name is protected has another one.
    let _ = rustix::system::sethostname(walls.host.as_bytes());
    if let Network::Own { .. } = walls.network {
        loopback_up()?;
    }
    let memories = root::build(&view(job, walls))?;
    match (superuser, job.uid) {
        (true, Some(uid)) => become_stranger(uid)?,
        (true, None) => return Err(io::Error::other("a user of its own: the superuser's nodes need one")),
        (false, _) => {}
    }
    limit_files()?;
    // In the user namespace, so that only those in it count.
    limit_processes()?;
    give_up_capabilities().map_err(because("capabilities"))?;
    set_no_new_privs(true).map_err(because("no new privileges"))?;
    // A new user clears this, hence it comes after.
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // Its memory and its open files are closed to the node, although both have one user.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    chdir(&job.folder)?;
    Ok(memories)
}

/// What a node sees.
pub fn view<'a>(job: &'a Job, walls: &'a Walls) -> View<'a> {
    let host = matches!(walls.network, Network::Own { .. }).then_some(&*walls.host);
    View { folder: &job.folder, data: &walls.data, read: &job.read, memory: job.memory, host }
}

/// The last steps, between fork and exec of the node itself.
///
/// # Errors
/// When any of it fails; then the program must not be executed.
pub fn enter(rules: Option<Rules>, memory: u64) -> io::Result<()> {
    setsid()?;
    unblock_signals()?;
    limit_memory(memory)?;
    if let Some(rules) = rules {
        rules.restrict()?;
    }
    seccomp::restrict()?;
    close_on_exec()
}

/// The rules of Landlock for it.
///
/// # Errors
/// From the kernel.
pub fn rules(job: &Job, walls: &Walls, own_program: Option<std::os::fd::BorrowedFd<'_>>) -> io::Result<Option<Rules>> {
    let port = match walls.network {
        Network::Machine { port } => Some(port.unwrap_or(0)),
        Network::Own { .. } => None,
    };
    let folder: &Path = &job.folder;
    let rules = landlocked::version().map(|_| Rules::within_walls(folder, own_program, port));
    rules.transpose().map_err(because("Landlock"))
}
