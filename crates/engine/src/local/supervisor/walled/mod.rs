//! A node within walls: in namespaces of its own, with a root of its own, as a user who has nothing else.
//!
//! The supervisor stays outside. Within, the first process is another one of this program (`init`), which starts the node
//! and ends with it.

mod carry;
mod channel;
mod entry;
pub mod examine;
mod init;
mod memory;
mod namespaces;
mod relay;
mod root;
mod seccomp;
mod world;

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

use super::context::because;
use super::launch::Ends;
use crate::local::protocol::{Job, Network, Walls};
use channel::{Channel, Inward, Outward};
use init::Handover;
use namespaces::{Side, split};
use relay::Relay;

/// A node within its walls.
pub struct Walled {
    /// The first process within, as it is called outside.
    init: Pid,
    channel: Channel,
    relay: Relay,
    /// The ports that it may reach. What the first process offers besides is not carried.
    reach: BTreeSet<u16>,
}

/// What became known of it.
pub enum News {
    /// Its first process ended so, by itself or by a signal.
    Ended { code: Option<i32>, signal: Option<i32> },
    /// It was ended because it took so many bytes of memory.
    OutOfMemory(u64),
    /// Nothing that matters here.
    Nothing,
}

impl Walled {
    /// Builds the walls and starts the node within them.
    ///
    /// # Errors
    /// When they cannot be built, or the program cannot be executed; nothing is left then.
    pub fn start(job: &Job, walls: &Walls, own_program: Option<&File>, ends: Ends) -> io::Result<Walled> {
        let entry = match walls.network {
            Network::Own { port: Some(port), .. } => Some(entry::reserve(port)?),
            _ => None,
        };
        let (channel, other) = Channel::pair()?;
        let init = match split(world::namespaces(walls)).map_err(because("namespaces"))? {
            Side::Outside(init) => init,
            Side::Inside(origin) => {
                drop(channel);
                init::run(Handover { job, walls, own_program, ends, entry, origin }, &other)
            }
        };
        drop((other, ends, entry));
        let reach = match &walls.network {
            Network::Own { reach, .. } => reach.iter().copied().collect(),
            Network::Machine { .. } => BTreeSet::new(),
        };
        let mut walled = Walled { init, channel, relay: Relay::new(), reach };
        let mut offered = Vec::new();
        let failed = loop {
            match walled.channel.receive::<Outward>() {
                Ok(Some((Outward::Started, _))) => break None,
                Ok(Some((Outward::Listening(port), Some(socket)))) => offered.push((port, socket)),
                Ok(Some((Outward::Failed(why), _))) => break Some(why),
                Ok(Some(_)) => {}
                Ok(None) => break Some("the first process within the walls ended".to_owned()),
                Err(error) => break Some(error.to_string()),
            }
        };
        if let Some(why) = failed {
            walled.end();
            return Err(io::Error::other(why));
        }
        for (port, socket) in offered {
            walled.carry(port, socket)?;
        }
        Ok(walled)
    }

    /// The process that has all others of the node below it.
    pub fn init(&self) -> Pid {
        self.init
    }

    /// Asks all of the node's processes to end.
    pub fn ask_to_end(&self) {
        self.send(Inward::AskToEnd);
    }

    /// Limits its memory.
    pub fn limit(&self, memory: u64) {
        self.send(Inward::Limit(memory));
    }

    /// Lets it reach this port of the machine.
    pub fn reach(&mut self, port: u16) {
        self.reach.insert(port);
        self.send(Inward::Listen(port));
    }

    /// Takes that back.
    pub fn leave(&mut self, port: u16) {
        self.reach.remove(&port);
        self.relay.close(port);
    }

    fn carry(&mut self, port: u16, inside: OwnedFd) -> io::Result<()> {
        if self.reach.contains(&port) { self.relay.open(port, inside) } else { Ok(()) }
    }

    /// Ends all of it for certain, and returns when nothing is left.
    pub fn end(&self) {
        let _ = kill_process(self.init, Signal::KILL);
        while let Err(rustix::io::Errno::INTR) = waitpid(Some(self.init), WaitOptions::empty()) {}
    }

    /// Takes what the first process says, when there is something to read.
    pub fn listen(&mut self) -> News {
        match self.channel.receive() {
            Ok(Some((Outward::Ended { code, signal }, _))) => News::Ended { code, signal },
            Ok(Some((Outward::OutOfMemory(taken), _))) => News::OutOfMemory(taken),
            Ok(Some((Outward::Listening(port), Some(socket)))) => {
                // Without the thread it is not reached, which the node sees.
                let _ = self.carry(port, socket);
                News::Nothing
            }
            Ok(Some(_)) => News::Nothing,
            // It is gone, without a word: somebody killed it.
            Ok(None) | Err(_) => News::Ended { code: None, signal: Some(libc::SIGKILL) },
        }
    }

    /// One that is gone cannot be sent anything, which is seen elsewhere.
    fn send(&self, message: Inward) {
        let _ = self.channel.send(&message, None);
    }
}

impl AsFd for Walled {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.channel.as_fd()
    }
}
