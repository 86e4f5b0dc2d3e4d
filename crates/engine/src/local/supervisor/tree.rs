//! Everything that a node started: the supervisor is their subreaper, so whatever loses its parent becomes the
//! supervisor's child, and none can leave the tree, not by forking twice and not by a session of its own.

use std::collections::BTreeSet;
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, getpid, kill_process, kill_process_group, wait};

use crate::local::proc;

/// Asks all of them to end.
pub fn ask_to_end(leader: Pid) {
    // The leader's group at once, so that no member sees the others go first; then those who left the group.
    let _ = kill_process_group(leader, Signal::TERM);
    for process in proc::descendants(getpid().as_raw_pid()) {
        if process.group != leader.as_raw_pid() {
            send(process.pid, Signal::TERM);
        }
    }
}

/// Ends all of them for certain. Whoever is ended goes through `seen`.
pub fn end(mut seen: impl FnMut(Pid, WaitStatus)) {
    let me = getpid().as_raw_pid();
    loop {
        let processes = proc::descendants(me);
        // A group is ended in one stroke of the kernel: a fork in between cannot slip out of it.
        let groups: BTreeSet<i32> = processes.iter().map(|process| process.group).collect();
        for group in groups {
            if let Some(group) = Pid::from_raw(group).filter(|_| group != own_group()) {
                let _ = kill_process_group(group, Signal::KILL);
            }
        }
        for process in processes {
            send(process.pid, Signal::KILL);
        }
        if !reap(&mut seen) {
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Takes note of all who ended by now. False when there is nobody left.
pub fn reap(mut seen: impl FnMut(Pid, WaitStatus)) -> bool {
    loop {
        match wait(WaitOptions::NOHANG) {
            Ok(Some((pid, status))) => seen(pid, status),
            Ok(None) => return true,
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}

fn own_group() -> i32 {
    rustix::process::getpgrp().as_raw_pid()
}

fn send(pid: i32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(pid) {
        let _ = kill_process(pid, signal);
    }
}
