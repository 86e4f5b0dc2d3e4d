//! Where requests come from.

use std::net::IpAddr;

/// Where a request comes from; for sessions, audit and throttling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    pub address: IpAddr,
    /// As sent, cut to 300 characters; may be empty.
    pub user_agent: String,
}

impl Client {
    /// A request that comes from this machine's command line.
    pub fn local() -> Client {
        Client { address: IpAddr::from([127, 0, 0, 1]), user_agent: "keyrack command line".into() }
    }
}
