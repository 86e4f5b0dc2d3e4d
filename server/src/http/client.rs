//! Where a request comes from.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use http::header;
use http::request::Parts;
use keyrack_domain::caller::Client;
use keyrack_wire::TrustedProxies;
use keyrack_wire::forwarded_for::user_agent;

/// The other end of the connection; put into each request where it is accepted.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// The client of a request that another server forwarded. Only the internal routes put it into a request.
#[derive(Clone, Debug)]
pub struct Forwarded(pub Client);

/// The client of a request; of one that another server forwarded, the client there.
pub fn client(parts: &Parts, proxies: &TrustedProxies) -> Client {
    if let Some(Forwarded(client)) = parts.extensions.get() {
        return client.clone();
    }
    let peer = parts.extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip());
    let lines = parts.headers.get_all("x-forwarded-for").iter().map(|line| line.as_bytes());
    let agent = parts.headers.get(header::USER_AGENT);
    Client {
        address: proxies.client(peer, lines),
        user_agent: agent.map(|agent| user_agent(agent.as_bytes())).unwrap_or_default(),
    }
}
