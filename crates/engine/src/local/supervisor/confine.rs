//! What makes a stranger of a node's process where no walls can be built: another user, Landlock, limits, nothing
//! inherited.

use std::io;
use std::os::fd::BorrowedFd;

use rustix::process::{Pid, Signal, geteuid, getppid, set_parent_process_death_signal, setsid};
use rustix::thread::set_no_new_privs;

use super::bounds::{close_on_exec, give_up_capabilities, limit_files, limit_memory, limit_processes, unblock_signals};
use super::landlocked::{self, Rules};
use super::user::become_user;
use crate::local::protocol::Job;

/// Prepared before the fork, applied between fork and exec.
pub struct Confinement {
    supervisor: Option<Pid>,
    uid: Option<u32>,
    memory: u64,
    rules: Option<Rules>,
}

impl Confinement {
    /// Gets everything ready that can be got ready outside the child.
    ///
    /// # Errors
    /// When Landlock is there and cannot be had.
    pub fn prepare(job: &Job, own_program: Option<BorrowedFd<'_>>) -> io::Result<Confinement> {
        let rules =
            landlocked::version().map(|_| Rules::among_others(&job.folder, &job.read, own_program)).transpose()?;
        Ok(Confinement { supervisor: Some(rustix::process::getpid()), uid: job.uid, memory: job.memory, rules })
    }

    /// Makes the calling process a node's. It runs in the child of a process with one thread, so it may allocate.
    ///
    /// # Errors
    /// When any of it fails; then the program must not be executed.
    pub fn apply(&mut self) -> io::Result<()> {
        setsid()?;
        unblock_signals()?;
        limit_files()?;
        limit_memory(self.memory)?;
        match self.uid {
            Some(uid) => {
                // The limit counts all processes of the user, so it only means something for a user of the node's own.
                limit_processes()?;
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
        if let Some(rules) = self.rules.take() {
            rules.and_itself()?.restrict()?;
        }
        close_on_exec()
    }
}
