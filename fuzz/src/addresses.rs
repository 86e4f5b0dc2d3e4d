//! What has to hold for any `X-Forwarded-For` and any `User-Agent`.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderValue, Request};

use crate::caller::Client;
use crate::http::client::{Peer, TrustedProxies};

const PROXIES: [&str; 3] = ["10.0.0.0/8", "127.0.0.0/8", "2001:db8:ffff::/48"];

/// Who the server takes for the client when these lines come from this peer. All that depends on how the server's reader is
/// called is here.
fn client(peer: IpAddr, lines: &[HeaderValue]) -> Client {
    let proxies = TrustedProxies::new(PROXIES.iter().map(|network| network.parse().expect("a network")).collect());
    let mut request = Request::new(());
    request.extensions_mut().insert(Peer(SocketAddr::new(peer, 1)));
    for line in lines {
        request.headers_mut().append("x-forwarded-for", line.clone());
    }
    if let Some(line) = lines.first() {
        request.headers_mut().insert("user-agent", line.clone());
    }
    proxies.client(&request.into_parts().0)
}

/// Each line is a header of its own.
pub fn addresses(data: &[u8]) {
    let lines: Vec<_> =
        data.split(|byte| *byte == b'\n').filter_map(|line| HeaderValue::from_bytes(line).ok()).collect();
    let stranger = IpAddr::from([192, 0, 2, 1]);
    let told = client(stranger, &lines);
    assert_eq!(told.address, stranger, "a stranger's word is taken");
    assert!(told.user_agent.chars().count() <= 300 && !told.user_agent.contains(char::is_control));
    for proxy in [IpAddr::from([10, 0, 0, 1]), "::ffff:10.0.0.1".parse().expect("an address")] {
        let found = client(proxy, &lines).address;
        assert_eq!(found, found.to_canonical());
        assert_eq!(found, client(proxy, &lines).address);
        // What stands to the left of a client that is no proxy changes nothing.
        let trusted =
            PROXIES.iter().any(|network| network.parse::<ipnet::IpNet>().expect("a network").contains(&found));
        if !trusted {
            let mut more = vec![HeaderValue::from_static("198.51.100.99, nonsense, [::1]:443")];
            more.extend(lines.iter().cloned());
            assert_eq!(found, client(proxy, &more).address);
        }
    }
}
