//! Hosts as headers, options and addresses write them: a name or an IP address, perhaps in brackets and with a port.

use std::net::IpAddr;

/// Host and port of `name`, `name:port`, `192.0.2.1:port`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:port`, blanks
/// around it cut. `None` for what is none of these.
fn split(text: &str) -> Option<(&str, Option<u16>)> {
    let text = text.trim();
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']')?;
            (host, if port.is_empty() { None } else { Some(port.strip_prefix(':')?) })
        }
        None => match text.split_once(':') {
            // With a second colon it is an IPv6 address without brackets, which has no port.
            Some((host, port)) if !port.contains(':') => (host, Some(port)),
            _ => (text, None),
        },
    };
    let port = match port {
        // A port that is left out behind its colon is none (RFC 9110, section 4.2.3).
        Some("") => None,
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => Some(port.parse().ok()?),
        Some(_) => return None,
        None => None,
    };
    (!host.is_empty()).then_some((host, port))
}

/// The host of `name:port` and the like, as one spelling of it: lower case, without port, brackets and a dot at the end.
/// `None` for what names no host.
pub fn host_of(text: &str) -> Option<String> {
    let (host, _) = split(text)?;
    let host = host.strip_suffix('.').unwrap_or(host);
    match host.parse::<IpAddr>() {
        Ok(address) => Some(address.to_canonical().to_string()),
        Err(_) => (!host.is_empty()).then(|| host.to_ascii_lowercase()),
    }
}

/// The IP address of what may have a port, brackets, a zone (`fe80::1%eth0`) or quotes around it, as proxies write it. An
/// IPv4 address that is mapped into IPv6 is the IPv4 address.
pub fn ip_address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let text = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    // Whatever number stands behind an address says nothing about it.
    let host = match (text.strip_prefix('['), text.split_once(':')) {
        (Some(rest), _) => rest.split_once(']').filter(|(_, port)| is_port(port))?.0,
        (None, Some((host, port))) if !port.contains(':') && is_port(&text[host.len()..]) => host,
        (None, _) => text,
    };
    let host = host.split_once('%').map_or(host, |(host, _)| host);
    host.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// Nothing, or a colon and any digits.
fn is_port(text: &str) -> bool {
    text.is_empty() || text.strip_prefix(':').is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a host, as [`host_of`] writes it, is the machine of whoever asks for it.
pub fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_one_spelling() {
        for (text, host) in [
            ("keys.example.org", Some("keys.example.org")),
            ("Keys.Example.org.:8443", Some("keys.example.org")),
            (" localhost:8080 ", Some("localhost")),
            ("192.0.2.1:80", Some("192.0.2.1")),
            ("[2001:DB8::1]:443", Some("2001:db8::1")),
            ("[::1]", Some("::1")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("[::ffff:127.0.0.1]", Some("127.0.0.1")),
            ("", None),
            (":80", None),
            (".", None),
            ("[::1", None),
            ("[::1]x", None),
            ("[]:80", None),
            ("a:http", None),
            ("a:99999", None),
        ] {
            assert_eq!(host_of(text).as_deref(), host, "{text:?}");
        }
    }

    #[test]
    fn an_address_is_read_however_a_proxy_writes_it() {
        for (text, address) in [
            ("198.51.100.7", Some("198.51.100.7")),
            (" 198.51.100.7:51234 ", Some("198.51.100.7")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("[2001:db8::1]:443", Some("2001:db8::1")),
            ("\"[2001:db8::1]:443\"", Some("2001:db8::1")),
            ("fe80::1%eth0", Some("fe80::1")),
            ("::ffff:198.51.100.7", Some("198.51.100.7")),
            ("[::ffff:198.51.100.7]:80", Some("198.51.100.7")),
            ("198.51.100.7:x", None),
            ("198.51.100.7:99999", Some("198.51.100.7")),
            ("198.51.100.7:", Some("198.51.100.7")),
            ("[2001:db8::1]443", None),
            ("unknown", None),
            ("_hidden", None),
            ("", None),
            ("\"", None),
        ] {
            assert_eq!(ip_address(text).map(|address| address.to_string()).as_deref(), address, "{text:?}");
        }
    }

    #[test]
    fn loopback_has_several_names() {
        for host in ["localhost", "127.0.0.1", "127.9.8.7", "::1"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["localhost.example.org", "10.0.0.1", "keys.example.org", "::2"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
