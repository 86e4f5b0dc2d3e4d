//! Where a request comes from.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use http::request::Parts;
use http::{HeaderMap, header};
use ipnet::{IpNet, Ipv4Net};
use keyrack_domain::caller::Client;
use keyrack_domain::types::hosts::ip_address;
use keyrack_domain::types::text::is_hidden;

/// The longest User-Agent that is kept, in characters.
const AGENT_LIMIT: usize = 300;

/// The other end of the connection; put into each request where it is accepted.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// The client of a request that another server forwarded. Only the internal routes put it into a request.
#[derive(Clone, Debug)]
pub struct Forwarded(pub Client);

/// The proxies whose word on the client's address is taken.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// These networks.
    pub fn new(networks: Vec<IpNet>) -> TrustedProxies {
        TrustedProxies(networks.into_iter().map(canonical).collect())
    }

    /// The client of a request; of one that another server forwarded, the client there.
    pub fn client(&self, parts: &Parts) -> Client {
        if let Some(Forwarded(client)) = parts.extensions.get() {
            return client.clone();
        }
        let peer = parts.extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip());
        let agent = parts.headers.get(header::USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()));
        Client {
            address: self.address(peer.to_canonical(), &parts.headers),
            user_agent: agent.unwrap_or_default().chars().filter(|c| !is_hidden(*c)).take(AGENT_LIMIT).collect(),
        }
    }

    /// The rightmost address of `X-Forwarded-For` that is not a trusted proxy itself. Everything to the left of it could
    /// have been written by anybody, and without a trusted proxy so could all of it.
    fn address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut address = peer;
        let said: Vec<_> = headers
            .get_all("x-forwarded-for")
            .iter()
            .flat_map(|line| line.as_bytes().split(|byte| *byte == b','))
            .filter(|hop| !hop.trim_ascii().is_empty())
            .collect();
        for hop in said.into_iter().rev() {
            if !self.trusts(address) {
                break;
            }
            match std::str::from_utf8(hop).ok().and_then(ip_address) {
                Some(before) => address = before,
                None => break,
            }
        }
        address
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// A network of IPv4 addresses that are mapped into IPv6 is one of IPv4 addresses, which is what clients' addresses are.
fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(mapped) = network else { return network };
    let inner = mapped.addr().to_ipv4_mapped().zip(mapped.prefix_len().checked_sub(96));
    inner.and_then(|(address, prefix)| Ipv4Net::new(address, prefix).ok()).map_or(network, IpNet::V4)
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Request};

    use super::*;

    fn seen(trusted: &[&str], peer: &str, said: &[&'static str]) -> String {
        let proxies = TrustedProxies::new(trusted.iter().map(|network| network.parse().unwrap()).collect());
        let mut request = Request::new(());
        request.extensions_mut().insert(Peer(SocketAddr::new(peer.parse().unwrap(), 1)));
        for line in said {
            request.headers_mut().append("x-forwarded-for", HeaderValue::from_static(line));
        }
        proxies.client(&request.into_parts().0).address.to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(seen(&[], "192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
        assert_eq!(seen(&["10.0.0.0/8"], "192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
        assert_eq!(seen(&["10.0.0.0/8"], "10.0.0.1", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(seen(&["10.0.0.0/8"], "::ffff:10.0.0.1", &["198.51.100.7"]), "198.51.100.7");
    }

    #[test]
    fn what_a_client_writes_to_the_left_is_not_believed() {
        let trusted = ["10.0.0.0/8"];
        assert_eq!(seen(&trusted, "10.0.0.1", &["1.1.1.1, 198.51.100.7"]), "198.51.100.7");
        assert_eq!(seen(&trusted, "10.0.0.1", &["1.1.1.1", "198.51.100.7, 10.0.0.2"]), "198.51.100.7");
        assert_eq!(seen(&trusted, "10.0.0.1", &["198.51.100.7, nonsense"]), "10.0.0.1");
        assert_eq!(seen(&trusted, "10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn several_headers_and_ipv6_are_read_from_the_right() {
        let trusted = ["10.0.0.0/8", "2001:db8:ffff::/48"];
        let said = ["2001:db8::1", "2001:db8::2, 2001:db8:ffff::3", "10.1.1.1"];
        assert_eq!(seen(&trusted, "2001:db8:ffff::9", &said), "2001:db8::2");
        assert_eq!(seen(&trusted, "2001:db8::9", &said), "2001:db8::9", "its neighbour is no proxy");
    }

    #[test]
    fn ports_brackets_and_blanks_are_cut_off() {
        let trusted = ["10.0.0.0/8", "::ffff:192.0.2.0/120"];
        for (said, address) in [
            ("198.51.100.7:51234", "198.51.100.7"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("\"[2001:db8::1]:443\"", "2001:db8::1"),
            ("198.51.100.7, [2001:db8::1]:443", "2001:db8::1"),
            ("198.51.100.7:1,\t10.0.0.2:80 ,", "198.51.100.7"),
            ("[::ffff:198.51.100.7]:1, ::ffff:10.0.0.2", "198.51.100.7"),
            // What is no address says nothing, and neither does what stands to the left of it.
            ("198.51.100.7, unknown", "10.0.0.1"),
            ("198.51.100.7, [2001:db8::1]x", "10.0.0.1"),
        ] {
            assert_eq!(seen(&trusted, "10.0.0.1", &[said]), address, "{said}");
        }
        assert_eq!(seen(&trusted, "192.0.2.9", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(seen(&trusted, "192.0.3.9", &["198.51.100.7"]), "192.0.3.9");
    }

    #[test]
    fn the_user_agent_is_cut_and_cleaned() {
        let mut request = Request::new(());
        let agent = HeaderValue::from_str(&format!("a\tb{}", "c".repeat(500))).unwrap();
        request.headers_mut().insert(header::USER_AGENT, agent);
        let client = TrustedProxies::default().client(&request.into_parts().0);
        assert!(client.user_agent.starts_with("abc") && client.user_agent.chars().count() == AGENT_LIMIT);
    }
}
