//! Reading what options hold.

use std::net::IpAddr;
use std::ops::Range;
use std::time::Duration;

use http::Uri;
use ipnet::IpNet;

/// The server's address as people and scripts write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    pub https: bool,
    /// `keys.example.org` or `keys.example.org:8443`, in lower case.
    pub authority: String,
}

impl std::fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}", if self.https { "https" } else { "http" }, self.authority)
    }
}

/// `https://keys.example.org`, without a path.
pub fn public_url(text: &str) -> Result<PublicUrl, String> {
    const FORM: &str = "it has to be like https://keys.example.org, without a path";
    let uri: Uri = text.parse().map_err(|_| FORM.to_owned())?;
    let https = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => false,
        _ => return Err(FORM.to_owned()),
    };
    let authority = uri.authority().filter(|authority| !authority.as_str().contains('@')).ok_or(FORM)?;
    if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
        return Err(FORM.to_owned());
    }
    Ok(PublicUrl { https, authority: authority.as_str().to_ascii_lowercase() })
}

/// `http://10.0.0.5:8080`: an address for other servers, in a network that they share.
pub fn inner_url(text: &str) -> Result<String, String> {
    match public_url(text) {
        Ok(url) if !url.https => Ok(url.to_string()),
        _ => {
            Err("it has to be like http://10.0.0.5:8080, without a path: servers speak plain HTTP to each other".into())
        }
    }
}

/// The networks of one `--trusted-proxy`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxies(pub Vec<IpNet>);

/// `10.0.0.0/8`, `127.0.0.1`, `[::1]`, or several, parted by commas or blanks. An address without a prefix is one host.
pub fn proxies(text: &str) -> Result<Proxies, String> {
    let parts = text.split([',', ' ', '\t', '\r', '\n']).filter(|part| !part.is_empty());
    parts.map(network).collect::<Result<_, _>>().map(Proxies)
}

fn network(text: &str) -> Result<IpNet, String> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let read = match text.split_once('/') {
        Some((address, prefix)) => {
            let address = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
            format!("{address}/{prefix}").parse().ok()
        }
        None => bare.unwrap_or(text).parse::<IpAddr>().ok().map(|address| address.to_canonical().into()),
    };
    read.ok_or_else(|| format!("“{text}” has to be an IP address or a network, like 127.0.0.1, ::1 or 10.0.0.0/8"))
}

/// `http://127.0.0.1:8080`: where the server itself is asked.
pub fn health_url(text: &str) -> Result<String, String> {
    match public_url(text) {
        Ok(url) if !url.https => Ok(url.to_string()),
        _ => {
            Err("it has to be like http://127.0.0.1:8080, without a path: the server itself is asked, no proxy".into())
        }
    }
}

const SPAN_FORM: &str = "it has to be a number of seconds, minutes, hours or days: 90s, 30m, 12h or 14d";

/// `90s`, `30m`, `12h` or `14d`.
pub fn span(text: &str) -> Result<Duration, String> {
    span_or_none(text).and_then(|span| if span.is_zero() { Err(SPAN_FORM.to_owned()) } else { Ok(span) })
}

/// As [`span`], or `0s`.
pub fn span_or_none(text: &str) -> Result<Duration, String> {
    let unit = match text.chars().next_back() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3600,
        Some('d') => 86_400,
        _ => return Err(SPAN_FORM.to_owned()),
    };
    let count: u64 = text[..text.len() - 1].parse().map_err(|_| SPAN_FORM.to_owned())?;
    count.checked_mul(unit).map(Duration::from_secs).ok_or_else(|| SPAN_FORM.to_owned())
}

/// `512MiB` or `4GiB`, in bytes.
pub fn size(text: &str) -> Result<u64, String> {
    const FORM: &str = "it has to be a number of MiB or GiB, at least 1MiB: 512MiB or 4GiB";
    let (count, unit) = text
        .strip_suffix("MiB")
        .map(|count| (count, 1 << 20))
        .or_else(|| text.strip_suffix("GiB").map(|count| (count, 1 << 30)))
        .ok_or(FORM)?;
    let count = count.trim_end().parse::<u64>().ok().filter(|count| *count > 0).ok_or(FORM)?;
    // The database counts in signed numbers.
    count.checked_mul(unit).filter(|size| i64::try_from(*size).is_ok()).ok_or_else(|| FORM.to_owned())
}

/// `31000-31999`: the first and the last one.
pub fn ports(text: &str) -> Result<Range<u16>, String> {
    const FORM: &str = "it has to be the first and the last port, from 1024 to 65534: 31000-31999";
    let (first, last) = text.split_once('-').ok_or(FORM)?;
    let port = |text: &str| text.parse::<u16>().ok().filter(|port| (1024..u16::MAX).contains(port)).ok_or(FORM);
    let (first, last) = (port(first)?, port(last)?);
    if first > last {
        return Err(FORM.to_owned());
    }
    Ok(first..last + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_urls_are_read() {
        assert_eq!(public_url("https://Keys.example.org/").unwrap().to_string(), "https://keys.example.org");
        assert_eq!(public_url("http://localhost:8080").unwrap().to_string(), "http://localhost:8080");
        for text in
            ["keys.example.org", "ftp://a", "https://", "https://a/b", "https://a?b", "https://u:p@a", "https://a b"]
        {
            assert!(public_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn proxies_are_read() {
        for (text, networks) in [
            ("127.0.0.1", &["127.0.0.1/32"] as &[_]),
            ("::1", &["::1/128"]),
            ("[::1]", &["::1/128"]),
            ("[2001:db8::]/32", &["2001:db8::/32"]),
            (" 10.0.0.0/8 , ::1,", &["10.0.0.0/8", "::1/128"]),
            ("10.0.0.0/8 192.0.2.1", &["10.0.0.0/8", "192.0.2.1/32"]),
            ("::ffff:192.0.2.1", &["192.0.2.1/32"]),
            ("::ffff:192.0.2.0/120", &["::ffff:192.0.2.0/120"]),
            ("", &[]),
        ] {
            let networks = networks.iter().map(|network| network.parse().unwrap()).collect();
            assert_eq!(proxies(text), Ok(Proxies(networks)), "{text:?}");
        }
        for text in ["10.0.0.0/99", "proxy.example.org", "10.0.0.1/", "10.0.0.1-10.0.0.9", "10.0.0.1:80/8", "1.2.3"] {
            assert!(proxies(text).is_err(), "{text}");
        }
    }

    #[test]
    fn spans_are_read() {
        assert_eq!(span("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(span_or_none("0s"), Ok(Duration::ZERO));
        assert_eq!(span("14d"), Ok(Duration::from_secs(14 * 86_400)));
        for text in ["", "5", "h", "-1h", "0s", "1w", "1é", "99999999999999999999d", "18446744073709551615d"] {
            assert!(span(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_read() {
        assert_eq!(size("512MiB"), Ok(512 << 20));
        assert_eq!(size("4 GiB"), Ok(4 << 30));
        for text in ["", "5", "MiB", "0MiB", "-1MiB", "1.5GiB", "1TiB", "512mb", "9007199254740992GiB", "8589934592GiB"]
        {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn ranges_of_ports_are_read() {
        assert_eq!(ports("31000-31999"), Ok(31_000..32_000));
        assert_eq!(ports("31000-31000"), Ok(31_000..31_001));
        for text in ["", "31000", "31001-31000", "80-90", "31000-65535", "31000-70000", "a-b", "1024-1025-1026"] {
            assert!(ports(text).is_err(), "{text}");
        }
    }
}
