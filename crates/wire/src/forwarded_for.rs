//! Where a request comes from, as proxies write it (`X-Forwarded-For`), and with what (`User-Agent`).

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};
use keyrack_types::bounds::http::USER_AGENT;
use keyrack_types::hosts::ip_address;
use keyrack_types::text::is_hidden;

/// The proxies that are believed about the client's address.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// These networks.
    pub fn new(networks: Vec<IpNet>) -> TrustedProxies {
        TrustedProxies(networks.into_iter().map(canonical).collect())
    }

    /// The client of a request that came from `peer` with these lines of `X-Forwarded-For`: the rightmost address that is not a trusted
    /// proxy itself. Everything to the left of it could have been written by anybody, and without a trusted proxy so could all
    /// of it.
    pub fn client<'a>(&self, peer: IpAddr, lines: impl Iterator<Item = &'a [u8]>) -> IpAddr {
        let mut address = peer.to_canonical();
        if !self.trusts(address) {
            return address;
        }
        let hops: Vec<_> = lines
            .flat_map(|line| line.split(|byte| *byte == b','))
            .filter(|hop| !hop.trim_ascii().is_empty())
            .collect();
        for hop in hops.into_iter().rev() {
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

/// What a client calls itself, without what cannot be seen, cut at [`USER_AGENT`] characters.
pub fn user_agent(value: &[u8]) -> String {
    String::from_utf8_lossy(value).chars().filter(|c| !is_hidden(*c)).take(USER_AGENT).collect()
}

/// A network of IPv4 addresses that are mapped into IPv6 is one of IPv4 addresses, which is what clients' addresses are.
fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(mapped) = network else { return network };
    let inner = mapped.addr().to_ipv4_mapped().zip(mapped.prefix_len().checked_sub(96));
    inner.and_then(|(address, prefix)| Ipv4Net::new(address, prefix).ok()).map_or(network, IpNet::V4)
}

#[cfg(any(test, feature = "held"))]
pub mod held;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seen(trusted: &[&str], peer: &str, lines: &[&str]) -> String {
        let proxies = TrustedProxies::new(trusted.iter().map(|network| network.parse().unwrap()).collect());
        proxies.client(peer.parse().unwrap(), lines.iter().map(|line| line.as_bytes())).to_string()
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
            // What is no address says nothing, and neither does what is to the left of it.
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
        let agent = user_agent(format!("a\tb{}", "c".repeat(500)).as_bytes());
        assert!(agent.starts_with("abc") && agent.chars().count() == USER_AGENT);
    }

    proptest! {
        /// Any bytes at all, made of what addresses are made of.
        #[test]
        fn noise_is_never_believed_more_than_a_proxy(lines in proptest::collection::vec(
            prop_oneof!["10\\.0\\.0\\.[0-9]", "[0-9a-f:.,\\[\\] ]{0,20}", "::ffff:10\\.0\\.0\\.1", ",", "\n", "\\PC{0,4}"],
            0..12,
        )) {
            held::addresses(lines.concat().as_bytes());
        }
    }
}
