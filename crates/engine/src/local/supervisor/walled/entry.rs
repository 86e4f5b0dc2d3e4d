//! The way in: connections to the node's port of the machine's loopback are handed on to the node's own loopback.
//!
//! It is a thread of the first process within the walls, with a socket that was bound outside: the kernel takes it away in
//! the instant in which it ends the node, and what it costs counts for the node.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::net::{AddressFamily, SocketAddrV4, SocketFlags, SocketType, bind, listen, socket_with, sockopt};
use tokio::net::{TcpListener, TcpStream};

use super::carry::{Carriers, run};
use crate::local::supervisor::context::because;

/// How often it is tried whether the node answers yet: at first, and after a while.
const TRY: Duration = Duration::from_millis(5);
const TRY_LATER: Duration = Duration::from_millis(100);
const SOON: u32 = 2000;

/// Connections that may wait to be accepted.
const WAITING: i32 = 1024;

/// Takes the port, outside the walls. It refuses connections until the node answers.
///
/// # Errors
/// When somebody has it.
pub fn reserve(port: u16) -> io::Result<OwnedFd> {
    let take = || {
        let socket = socket_with(AddressFamily::INET, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
        // Closed connections of the run before do not hold the port.
        sockopt::set_socket_reuseaddr(&socket, true)?;
        bind(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, port))?;
        Ok(socket)
    };
    take().map_err(because::<rustix::io::Errno>(&format!("port {port} of this machine cannot be had")))
}

/// Hands connections on, from a thread of its own.
///
/// # Errors
/// When there can be no thread.
pub fn open(outside: OwnedFd, port: u16) -> io::Result<()> {
    run("keyrack-entry", async move {
        let mut tries = 0_u32;
        while inside(port).await.is_err() {
            tries = tries.saturating_add(1);
            tokio::time::sleep(if tries < SOON { TRY } else { TRY_LATER }).await;
        }
        // Between these two somebody else may have listened for a moment, to see whether the port is free.
        while listen(&outside, WAITING).is_err() {
            tokio::time::sleep(TRY_LATER).await;
        }
        let listener = std::net::TcpListener::from(outside);
        listener.set_nonblocking(true)?;
        Carriers::new().accept(TcpListener::from_std(listener)?, move || inside(port)).await;
        Ok(())
    })
}

/// A connection to the node, wherever on its loopback it listens.
async fn inside(port: u16) -> io::Result<TcpStream> {
    match TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await {
        Err(_) => TcpStream::connect((Ipv6Addr::LOCALHOST, port)).await,
        connected => connected,
    }
}
