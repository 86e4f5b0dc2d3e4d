//! The ways out: what a node says to ports of its environment's other nodes, from its own loopback to the machine's.

use std::collections::HashMap;
use std::io;
use std::net::Ipv4Addr;
use std::os::fd::OwnedFd;

use rustix::net::{AddressFamily, SocketAddrV4, SocketFlags, SocketType, bind, listen, socket_with, sockopt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

use super::carry::{Carriers, run};

/// Connections that may wait to be accepted.
const WAITING: i32 = 128;

/// A socket that listens on this port, within the walls.
///
/// # Errors
/// When the node has it itself.
pub fn listen_inside(port: u16) -> io::Result<OwnedFd> {
    let socket = socket_with(AddressFamily::INET, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    sockopt::set_socket_reuseaddr(&socket, true)?;
    bind(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, port))?;
    listen(&socket, WAITING)?;
    Ok(socket)
}

enum Change {
    Open(u16, OwnedFd),
    Close(u16),
}

/// The open ways. Its thread begins with the first one, so this process must not be split any more by then.
pub struct Relay(Option<UnboundedSender<Change>>);

impl Relay {
    /// Without a way.
    pub fn new() -> Relay {
        Relay(None)
    }

    /// Opens a way to this port of the machine.
    ///
    /// # Errors
    /// When there can be no thread.
    pub fn open(&mut self, port: u16, inside: OwnedFd) -> io::Result<()> {
        if self.0.is_none() {
            let (sender, changes) = unbounded_channel();
            run("keyrack-relay", relay(changes))?;
            self.0 = Some(sender);
        }
        self.send(Change::Open(port, inside));
        Ok(())
    }

    /// Closes it again.
    pub fn close(&self, port: u16) {
        self.send(Change::Close(port));
    }

    fn send(&self, change: Change) {
        if let Some(sender) = &self.0 {
            let _ = sender.send(change);
        }
    }
}

async fn relay(mut changes: UnboundedReceiver<Change>) -> io::Result<()> {
    let carriers = Carriers::new();
    let mut ways: HashMap<u16, AbortHandle> = HashMap::new();
    while let Some(change) = changes.recv().await {
        let (Change::Open(port, _) | Change::Close(port)) = &change;
        if let Some(old) = ways.remove(port) {
            old.abort();
        }
        if let Change::Open(port, inside) = change {
            let listener = std::net::TcpListener::from(inside);
            listener.set_nonblocking(true)?;
            let (listener, carriers) = (TcpListener::from_std(listener)?, carriers.clone());
            let way = async move {
                carriers.accept(listener, move || TcpStream::connect((Ipv4Addr::LOCALHOST, port))).await;
            };
            ways.insert(port, tokio::spawn(way).abort_handle());
        }
    }
    Ok(())
}
