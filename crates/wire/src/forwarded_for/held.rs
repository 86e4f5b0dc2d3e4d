//! What has to hold for any `X-Forwarded-For` and any `User-Agent`.

use std::net::IpAddr;

use keyrack_types::bounds::http::USER_AGENT;

use super::{TrustedProxies, user_agent};

const PROXIES: [&str; 3] = ["10.0.0.0/8", "127.0.0.0/8", "2001:db8:ffff::/48"];

/// Each line is a header of its own.
pub fn addresses(data: &[u8]) {
    let networks: Vec<ipnet::IpNet> = PROXIES.iter().map(|network| network.parse().expect("a network")).collect();
    let proxies = TrustedProxies::new(networks.clone());
    let lines: Vec<&[u8]> = data.split(|byte| *byte == b'\n').collect();
    let client = |peer| proxies.client(peer, lines.iter().copied());
    let stranger = IpAddr::from([192, 0, 2, 1]);
    assert_eq!(client(stranger), stranger, "a stranger is believed");
    let agent = user_agent(lines.first().copied().unwrap_or_default());
    assert!(agent.chars().count() <= USER_AGENT && !agent.contains(char::is_control));
    for proxy in [IpAddr::from([10, 0, 0, 1]), "::ffff:10.0.0.1".parse().expect("an address")] {
        let found = client(proxy);
        assert_eq!(found, found.to_canonical());
        assert_eq!(found, client(proxy));
        // What is to the left of a client that is no proxy changes nothing.
        if !networks.iter().any(|network| network.contains(&found)) {
            let left: &[u8] = b"198.51.100.99, nonsense, [::1]:443";
            assert_eq!(found, proxies.client(proxy, std::iter::once(left).chain(lines.iter().copied())));
        }
    }
}
