//! The first process within the walls. With its end the kernel ends all others there; it ends with the node's first
//! process, with the supervisor (the kernel sees to it), or when the node takes more memory than it may.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::process::{Pid, WaitStatus};

use super::channel::{Channel, Inward, Outward};
use super::namespaces::Origin;
use super::root::Memories;
use super::{entry, memory, relay, seccomp, world};
use crate::local::protocol::{Job, Network, Walls};
use crate::local::supervisor::launch::{Ends, launch};
use crate::local::supervisor::signals::{SignalFd, wait_for};
use crate::local::supervisor::tree;

/// How often it is looked how much memory the node takes.
const LOOK: Duration = Duration::from_millis(200);

/// What the supervisor hands over to the first process.
pub struct Handover<'a> {
    pub job: &'a Job,
    pub walls: &'a Walls,
    pub own_program: Option<&'a File>,
    pub ends: Ends,
    /// The node's port of the machine.
    pub entry: Option<OwnedFd>,
    /// Who the supervisor is.
    pub origin: Origin,
}

/// Is the first process until its end.
pub fn run(given: Handover<'_>, channel: &Channel) -> ! {
    let told = match begin(given, channel) {
        Ok(node) => node.watch(channel).unwrap_or(None),
        Err(error) => Some(Outward::Failed(error.to_string())),
    };
    if let Some(told) = told {
        let _ = channel.send(&told, None);
    }
    // SAFETY: ends this process, and with it all in its namespace, without running what its parent wants run at its end.
    unsafe { libc::_exit(0) }
}

struct Node {
    leader: Pid,
    signals: SignalFd,
    memories: Memories,
    memory: u64,
}

fn begin(given: Handover<'_>, channel: &Channel) -> io::Result<Node> {
    let Handover { job, walls, own_program, ends, entry, origin } = given;
    let signals = SignalFd::new(&[libc::SIGCHLD])?;
    // The supervisor's pipes from and to the server end with it alone.
    let nothing = File::options().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&nothing)?;
    rustix::stdio::dup2_stdout(&nothing)?;
    rustix::stdio::dup2_stderr(&nothing)?;
    let memories = world::make(job, walls, origin)?;
    if let Network::Own { reach, .. } = &walls.network {
        for port in reach {
            offer(*port, channel)?;
        }
    }
    let mut rules = world::rules(job, walls, own_program.map(AsFd::as_fd))?;
    let memory = job.memory;
    let leader = launch(job, own_program, ends, move || world::enter(rules.take(), memory))?;
    // From here on it needs no more than the node does; nor does the thread that it starts.
    seccomp::restrict()?;
    if let (Some(entry), Network::Own { port: Some(port), .. }) = (entry, &walls.network) {
        entry::open(entry, *port)?;
    }
    channel.send(&Outward::Started, None)?;
    Ok(Node { leader, signals, memories, memory })
}

/// Hands out a socket of this side. A port that the node has itself leads to itself already.
fn offer(port: u16, channel: &Channel) -> io::Result<()> {
    match relay::listen_inside(port) {
        Ok(socket) => channel.send(&Outward::Listening(port), Some(socket.as_fd())),
        Err(_) => Ok(()),
    }
}

impl Node {
    /// Waits for the node's end; nothing is answered when the supervisor is gone.
    fn watch(mut self, channel: &Channel) -> io::Result<Option<Outward>> {
        let mut look = Instant::now() + LOOK;
        loop {
            if let Some(status) = self.reap() {
                let (code, signal) = (status.exit_status(), status.terminating_signal());
                return Ok(Some(Outward::Ended { code, signal }));
            }
            let [_, told] = wait_for([self.signals.as_fd(), channel.as_fd()], Some(look))?;
            self.signals.take()?;
            if told {
                match channel.receive()? {
                    None => return Ok(None),
                    Some((Inward::AskToEnd, _)) => tree::ask_to_end(self.leader),
                    Some((Inward::Limit(memory), _)) => self.memory = memory,
                    Some((Inward::Listen(port), _)) => offer(port, channel)?,
                }
            }
            if look <= Instant::now() {
                if let Some(taken) = memory::excess(&self.memories, self.memory) {
                    return Ok(Some(Outward::OutOfMemory(taken)));
                }
                look = Instant::now() + LOOK;
            }
        }
    }

    /// Takes note of all who ended; how the node's first process did, if it was among them.
    fn reap(&self) -> Option<WaitStatus> {
        let mut ended = None;
        tree::reap(|pid, status| {
            if pid == self.leader {
                ended = Some(status);
            }
        });
        ended
    }
}
