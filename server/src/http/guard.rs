//! The defence against requests that another site makes a browser send.

use std::net::IpAddr;

use http::request::Parts;
use http::{HeaderValue, Method, header};
use keyrack_domain::types::hosts::{host_of, is_loopback};

use super::Address;

/// Where requests may come from, and by which names this server may be asked.
#[derive(Clone, Debug)]
pub struct Guard {
    /// The public address as browsers write it in `Origin`.
    origin: String,
    https: bool,
    /// The host of the public address.
    host: Option<String>,
    /// What is listened on; unspecified for every address of the machine.
    listening: IpAddr,
}

impl Guard {
    /// The guard of the server at this address.
    pub fn new(address: &Address) -> Guard {
        Guard {
            origin: address.origin(),
            https: address.is_https(),
            host: host_of(address.authority()),
            listening: address.listening().to_canonical(),
        }
    }

    /// Whether the request names this server: by the host of its public address, by the IP address that it listens on, or
    /// as this machine itself. Any other name may be one that its owner pointed here (DNS rebinding), to make a browser
    /// take pages of theirs and ours for one site. Where every address of the machine is listened on, any IP address is
    /// ours: an IP address cannot be pointed elsewhere.
    ///
    /// A request without any name was not sent by a browser.
    pub fn knows(&self, request: &Parts) -> bool {
        let hosts = request.headers.get_all(header::HOST).iter().map(|host| host.to_str().ok());
        let target = request.uri.authority().map(|authority| Some(authority.as_str()));
        hosts.chain(target).all(|host| host.and_then(host_of).is_some_and(|host| self.is_own(&host)))
    }

    fn is_own(&self, host: &str) -> bool {
        self.host.as_deref() == Some(host)
            || is_loopback(host)
            || host.parse::<IpAddr>().is_ok_and(|address| self.listening.is_unspecified() || address == self.listening)
    }

    /// The answer to a request by a name that is none of ours.
    pub fn advice(&self) -> String {
        let unspecified = self
            .host
            .as_ref()
            .and_then(|host| host.parse::<IpAddr>().ok())
            .is_some_and(|address| address.is_unspecified());
        let other = if unspecified { "the IP address of its machine" } else { &self.origin };
        format!(
            "This is Keyrack, and it does not answer to the name that this request asked for. Open {other} instead. Whoever \
             runs it can name its address by --public-url; a proxy in front of it has to pass the Host header on.\n"
        )
    }

    /// Whether the request may pass: it changes nothing, or it comes from a page of ours.
    ///
    /// Browsers say so in `Sec-Fetch-Site`, which no page can forge; where they do not (plain http to another machine),
    /// `Origin` has to be ours. A request with neither was not made by a page.
    pub fn passes(&self, request: &Parts) -> bool {
        matches!(request.method, Method::GET | Method::HEAD) || self.comes_from_here(request) == Some(true)
    }

    /// Whether a browser says that the request comes from a page that is none of ours. A page that was brought to this
    /// server under a false name takes itself for ours.
    pub fn is_foreign(&self, request: &Parts) -> bool {
        match self.comes_from_here(request) {
            Some(ours) => !ours || !self.knows(request),
            None => false,
        }
    }

    /// Whether the page that the request comes from is ours; `None` when no browser says where it comes from.
    fn comes_from_here(&self, request: &Parts) -> Option<bool> {
        if let Some(site) = request.headers.get("sec-fetch-site") {
            return Some(site == "same-origin" || site == "none");
        }
        request.headers.get(header::ORIGIN).map(|origin| self.is_ours(origin, request))
    }

    fn is_ours(&self, origin: &HeaderValue, request: &Parts) -> bool {
        if origin.as_bytes() == self.origin.as_bytes() {
            return true;
        }
        // The same server under another name, `localhost` for 127.0.0.1 say: the browser wrote both.
        let Some(host) = request.headers.get(header::HOST) else { return false };
        let Some((scheme, authority)) = origin.to_str().ok().and_then(|origin| origin.split_once("://")) else {
            return false;
        };
        let same = authority.as_bytes().eq_ignore_ascii_case(host.as_bytes());
        // Where the public address is https, a page of its name that came without TLS is not ours.
        let stripped = self.https && scheme == "http" && host_of(authority) == self.host;
        same && matches!(scheme, "http" | "https") && !stripped
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn request(method: Method, host: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder().method(method).header("host", host);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    fn guard(https: bool, authority: &str) -> Guard {
        Guard::new(&Address::new(https, authority))
    }

    fn passes(method: Method, headers: &[(&str, &str)]) -> bool {
        guard(true, "keys.example.org").passes(&request(method, "127.0.0.1:8080", headers))
    }

    #[test]
    fn reading_passes_from_everywhere() {
        assert!(passes(Method::GET, &[("sec-fetch-site", "cross-site")]));
    }

    #[test]
    fn a_change_passes_only_from_our_own_pages() {
        for (headers, may) in [
            (&[("sec-fetch-site", "same-origin")] as &[_], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            // What the browser says of the site counts, whatever the origin looks like.
            (&[("sec-fetch-site", "cross-site"), ("origin", "https://keys.example.org")], false),
            (&[("origin", "https://keys.example.org")], true),
            (&[("origin", "http://keys.example.org")], false),
            (&[("origin", "http://127.0.0.1:8080")], true),
            (&[("origin", "http://127.0.0.1:8081")], false),
            (&[("origin", "ftp://127.0.0.1:8080")], false),
            (&[("origin", "https://keys.example.org.evil.example")], false),
            (&[("origin", "null")], false),
            (&[], false),
        ] {
            assert_eq!(passes(Method::POST, headers), may, "{headers:?}");
            assert_eq!(passes(Method::DELETE, headers), may, "{headers:?}");
        }
    }

    #[test]
    fn a_page_that_came_without_tls_is_not_ours_where_the_public_address_has_it() {
        let guard = guard(true, "keys.example.org");
        for (origin, may) in [("https://keys.example.org", true), ("http://keys.example.org", false)] {
            let request = request(Method::POST, "keys.example.org", &[("origin", origin)]);
            assert_eq!(guard.passes(&request), may, "{origin}");
        }
    }

    #[test]
    fn the_server_knows_its_own_names_only() {
        let on_loopback = guard(true, "keys.example.org");
        let on_one = Guard::new(&Address::new(false, "10.0.0.5:8080").listening_on("10.0.0.5".parse().unwrap()));
        let on_all = Guard::new(&Address::new(false, "0.0.0.0:8080").listening_on("0.0.0.0".parse().unwrap()));
        for (host, known) in [
            ("keys.example.org", [true, false, false]),
            ("KEYS.example.org.:8443", [true, false, false]),
            ("localhost:8080", [true, true, true]),
            ("127.0.0.1", [true, true, true]),
            ("[::1]:8080", [true, true, true]),
            ("10.0.0.5:80", [false, true, true]),
            ("[::ffff:10.0.0.5]:80", [false, true, true]),
            ("10.0.0.6", [false, false, true]),
            ("[2001:db8::1]", [false, false, true]),
            ("evil.example", [false, false, false]),
            ("keys.example.org.evil.example", [false, false, false]),
            ("localhost.evil.example", [false, false, false]),
            ("127.0.0.1.evil.example", [false, false, false]),
            ("keys.example.org:x", [false, false, false]),
            ("", [false, false, false]),
        ] {
            let asked = request(Method::GET, host, &[]);
            assert_eq!([&on_loopback, &on_one, &on_all].map(|guard| guard.knows(&asked)), known, "{host:?}");
        }
        let mut asked = request(Method::GET, "localhost", &[]);
        asked.headers.append("host", HeaderValue::from_static("evil.example"));
        assert!(!on_all.knows(&asked), "each of several names has to be ours");
        let mut asked = request(Method::GET, "localhost", &[]);
        asked.uri = "http://evil.example/".parse().unwrap();
        assert!(!on_all.knows(&asked), "so does the one in the target");
        assert!(on_all.knows(&Request::new(()).into_parts().0), "no browser leaves it out");
    }

    #[test]
    fn only_browsers_can_come_from_another_site() {
        let guard = guard(false, "127.0.0.1:8080");
        for (host, headers, foreign) in [
            ("127.0.0.1:8080", &[] as &[_], false),
            ("evil.example", &[], false),
            ("127.0.0.1:8080", &[("sec-fetch-site", "same-origin")], false),
            ("127.0.0.1:8080", &[("sec-fetch-site", "none")], false),
            ("127.0.0.1:8080", &[("sec-fetch-site", "cross-site")], true),
            ("127.0.0.1:8080", &[("sec-fetch-site", "same-site")], true),
            ("127.0.0.1:8080", &[("origin", "http://127.0.0.1:8080")], false),
            ("127.0.0.1:8080", &[("origin", "https://evil.example")], true),
            ("127.0.0.1:8080", &[("origin", "null")], true),
            // A page of evil.example whose name was pointed here.
            ("evil.example", &[("sec-fetch-site", "same-origin")], true),
            ("evil.example", &[("origin", "http://evil.example")], true),
        ] {
            assert_eq!(guard.is_foreign(&request(Method::POST, host, headers)), foreign, "{host} {headers:?}");
        }
    }
}
