//! Whether a container answers on its port.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::NodeAddress;

/// How long a published port may take to show that nothing is behind it: an engine's proxy takes every connection first.
const PROXY: Duration = Duration::from_millis(50);

/// How long a container on this machine may take to take a connection; addresses that lead nowhere are silent.
const REACH: Duration = Duration::from_secs(1);

/// Whether something listens: in the container, where its own address can be reached, and at the published port. The port alone
/// says little, because an engine listens there itself, whether the container does or not.
pub async fn answers(own: Option<SocketAddr>, published: NodeAddress) -> bool {
    if let Some(own) = own
        && !listens(own).await
    {
        return false;
    }
    let Ok(mut connection) = TcpStream::connect((published.host(), published.port())).await else { return false };
    let mut byte = [0];
    match timeout(PROXY, connection.read(&mut byte)).await {
        // It waits for a request.
        Err(_) => true,
        Ok(read) => read.is_ok_and(|count| count > 0),
    }
}

/// Whether something listens at a container's own address; one that cannot be reached may.
pub async fn listens(own: SocketAddr) -> bool {
    match timeout(REACH, TcpStream::connect(own)).await {
        Ok(Err(error)) => error.kind() != ErrorKind::ConnectionRefused,
        _ => true,
    }
}

/// Whether connections to a published port get further than to the engine, which holds the port of Podman's containers without ever
/// taking a connection.
pub async fn is_forwarded(published: NodeAddress) -> bool {
    let Ok(connection) = TcpStream::connect((published.host(), published.port())).await else { return false };
    let Ok(own) = connection.local_addr() else { return true };
    let Ok(sockets) = tokio::fs::read_to_string("/proc/net/tcp").await else { return true };
    !has_end(&sockets, published.port(), own.port())
}

/// Whether the far end of a connection between two ports of this machine is a socket of this machine.
fn has_end(sockets: &str, listening: u16, connecting: u16) -> bool {
    let port = |text: &str| u16::from_str_radix(text.rsplit(':').next()?, 16).ok();
    sockets.lines().skip(1).any(|line| {
        let mut words = line.split_whitespace().skip(1);
        let (own, other) = (words.next().and_then(port), words.next().and_then(port));
        own == Some(listening) && other == Some(connecting)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_port_that_this_machine_holds_itself_is_not_forwarded() {
        let held = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        assert!(!is_forwarded(NodeAddress::at(held.local_addr().unwrap().port())).await);
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(!listens(free).await && listens(held.local_addr().unwrap()).await);
    }

    #[test]
    fn sockets_are_found_by_both_ports() {
        let sockets = "  sl  local_address rem_address   st\n   0: 0100007F:7918 0100007F:C350 01 00000000:00000000\n";
        assert!(has_end(sockets, 31_000, 50_000));
        assert!(!has_end(sockets, 50_000, 31_000) && !has_end(sockets, 31_000, 50_001));
    }
}
