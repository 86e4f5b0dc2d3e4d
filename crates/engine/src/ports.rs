//! Ports for nodes, on the loopback of this machine.

use std::collections::HashSet;
use std::net::TcpListener;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::{EngineError, NodeAddress};

/// How often a port is tried while its node starts.
const TRY: Duration = Duration::from_millis(20);

/// The ports that nodes can be given.
#[derive(Clone, Debug)]
pub struct Ports {
    range: Range<u16>,
    /// The data folder that the search's beginning depends on: two servers that start on one machine at once do not run
    /// after the same ports.
    sum: u32,
}

impl Ports {
    /// Ports in this range for the server with this data folder.
    pub fn new(range: Range<u16>, data: &Path) -> Ports {
        let bytes = data.as_os_str().as_encoded_bytes();
        Ports { range, sum: bytes.iter().fold(0, |sum: u32, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte))) }
    }

    /// So many ports that are not among `kept` and that nobody listens on.
    ///
    /// # Errors
    /// [`EngineError::NoPort`] when there are not enough.
    pub async fn free(&self, kept: HashSet<u16>, count: usize) -> Result<Vec<u16>, EngineError> {
        let ports = self.clone();
        let free = tokio::task::spawn_blocking(move || ports.search(&kept, count)).await;
        let free = free.map_err(|error| EngineError::Failed(error.to_string()))?;
        if free.len() < count {
            let Range { start, end } = self.range;
            let why = format!("no port is left for a node: all from {start} to {} are taken", end - 1);
            return Err(EngineError::NoPort(why));
        }
        Ok(free)
    }

    fn search(&self, kept: &HashSet<u16>, count: usize) -> Vec<u16> {
        let range = &self.range;
        let begin = range.start + (self.sum as usize % range.len().max(1)) as u16;
        (begin..range.end)
            .chain(range.start..begin)
            .filter(|port| !kept.contains(port) && is_free(NodeAddress::at(*port)))
            .take(count)
            .collect()
    }
}

/// Whether nobody listens there.
fn is_free(address: NodeAddress) -> bool {
    TcpListener::bind((address.host(), address.port())).is_ok()
}

/// As [`is_free`], off the runtime's threads.
pub async fn nobody_listens(address: NodeAddress) -> bool {
    tokio::task::spawn_blocking(move || is_free(address)).await.unwrap_or(false)
}

/// Returns once something answers there.
pub async fn until_answered(address: NodeAddress) {
    while TcpStream::connect((address.host(), address.port())).await.is_err() {
        sleep(TRY).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ports_are_neither_kept_nor_in_use_and_their_end_is_told() {
        // A port that the system gave, and the two beside it, of which others may have one.
        let used = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = used.local_addr().unwrap().port();
        let ports = Ports::new(port..port + 1, Path::new("data"));
        assert!(!nobody_listens(NodeAddress::at(port)).await);
        let why = ports.free(HashSet::new(), 1).await.unwrap_err().to_string();
        assert_eq!(why, format!("no port is left for a node: all from {port} to {port} are taken"));
        drop(used);
        assert_eq!(ports.free(HashSet::new(), 1).await, Ok(vec![port]));
        assert!(ports.free(HashSet::from([port]), 1).await.is_err());
    }
}
