//! Where nodes answer.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

/// Where a node answers, whether it runs or not: on the loopback of the machine whose engine runs it, at a port that it
/// keeps for as long as it exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodeAddress {
    port: u16,
}

impl NodeAddress {
    pub const fn at(port: u16) -> NodeAddress {
        NodeAddress { port }
    }

    pub const fn port(self) -> u16 {
        self.port
    }

    /// The host's address.
    pub const fn host(self) -> IpAddr {
        IpAddr::V4(Ipv4Addr::LOCALHOST)
    }

    /// For a browser: `http://127.0.0.1:31000`.
    pub fn url(self) -> String {
        format!("http://{self}")
    }
}

impl fmt::Display for NodeAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host(), self.port)
    }
}
