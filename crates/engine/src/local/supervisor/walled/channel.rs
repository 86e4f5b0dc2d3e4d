//! What the supervisor and the first process within the walls say to each other: a message a packet, some with an open
//! socket.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, SocketFlags, SocketType, recvmsg, sendmsg, socketpair,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The longest message, in bytes.
const LONGEST: usize = 8 * 1024;

/// To the first process.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Inward {
    /// Ask all of the node's processes to end.
    AskToEnd,
    /// Its memory is limited to so many bytes.
    Limit(u64),
    /// Open this port within the walls and hand it out.
    Listen(u16),
}

/// From the first process.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Outward {
    /// The node runs.
    Started,
    /// It could not be started, and why. The last message.
    Failed(String),
    /// A socket that listens on this port within the walls comes with it.
    Listening(u16),
    /// The node's first process ended; all others end now.
    Ended { code: Option<i32>, signal: Option<i32> },
    /// It took more memory than it may, so many bytes, and ends now.
    OutOfMemory(u64),
}

/// One end.
pub struct Channel(OwnedFd);

impl Channel {
    /// Both ends.
    ///
    /// # Errors
    /// From the system.
    pub fn pair() -> io::Result<(Channel, Channel)> {
        let (one, other) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        Ok((Channel(one), Channel(other)))
    }

    /// Sends a message, with an open file or without one.
    ///
    /// # Errors
    /// When the other end is gone.
    pub fn send(&self, message: &impl Serialize, file: Option<BorrowedFd<'_>>) -> io::Result<()> {
        let bytes = serde_json::to_vec(message)?;
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut attached = SendAncillaryBuffer::new(&mut space);
        let files: Vec<BorrowedFd<'_>> = file.into_iter().collect();
        if !files.is_empty() {
            attached.push(SendAncillaryMessage::ScmRights(&files));
        }
        sendmsg(&self.0, &[IoSlice::new(&bytes)], &mut attached, SendFlags::NOSIGNAL)?;
        Ok(())
    }

    /// Waits for a message; none when the other end is gone.
    ///
    /// # Errors
    /// From the system, or for what is no message.
    pub fn receive<T: DeserializeOwned>(&self) -> io::Result<Option<(T, Option<OwnedFd>)>> {
        let mut bytes = [0; LONGEST];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut attached = RecvAncillaryBuffer::new(&mut space);
        let length = loop {
            match recvmsg(&self.0, &mut [IoSliceMut::new(&mut bytes)], &mut attached, RecvFlags::CMSG_CLOEXEC) {
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::CONNRESET) => return Ok(None),
                received => break received?.bytes,
            }
        };
        if length == 0 {
            return Ok(None);
        }
        let file = attached.drain().find_map(|message| match message {
            RecvAncillaryMessage::ScmRights(mut files) => files.next(),
            _ => None,
        });
        Ok(Some((serde_json::from_slice(&bytes[..length])?, file)))
    }
}

impl AsFd for Channel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
