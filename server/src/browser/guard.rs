//! The browser door's defence against requests that another site makes a browser send.

use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, header};

/// Where requests may come from.
#[derive(Clone, Debug)]
pub struct Guard {
    /// The public address as browsers write it in `Origin`.
    origin: String,
}

impl Guard {
    /// A guard of the server with this public origin.
    pub fn new(origin: String) -> Guard {
        Guard { origin }
    }

    /// Whether the request may pass: it changes nothing, or it comes from a page of ours.
    ///
    /// Browsers say so in `Sec-Fetch-Site`, which no page can forge; where they do not (plain http to another machine),
    /// `Origin` has to be ours. A request with neither was not made by a page.
    pub fn passes(&self, request: &Parts) -> bool {
        if matches!(request.method, Method::GET | Method::HEAD) {
            return true;
        }
        if let Some(site) = request.headers.get("sec-fetch-site") {
            return site == "same-origin" || site == "none";
        }
        request.headers.get(header::ORIGIN).is_some_and(|origin| self.is_ours(origin, &request.headers))
    }

    fn is_ours(&self, origin: &HeaderValue, headers: &HeaderMap) -> bool {
        if origin.as_bytes() == self.origin.as_bytes() {
            return true;
        }
        // The same server under another name, `localhost` for 127.0.0.1 say: the browser wrote both.
        let Some(host) = headers.get(header::HOST) else { return false };
        [b"http://".as_slice(), b"https://"]
            .iter()
            .any(|scheme| origin.as_bytes().strip_prefix(*scheme) == Some(host.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn passes(method: Method, headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder().method(method).header("host", "127.0.0.1:8080");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Guard::new("https://keys.example.org".into()).passes(&request.body(()).unwrap().into_parts().0)
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
            (&[("origin", "http://127.0.0.1:8080")], true),
            (&[("origin", "http://127.0.0.1:8081")], false),
            (&[("origin", "https://keys.example.org.evil.example")], false),
            (&[("origin", "null")], false),
            (&[], false),
        ] {
            assert_eq!(passes(Method::POST, headers), may, "{headers:?}");
            assert_eq!(passes(Method::DELETE, headers), may, "{headers:?}");
        }
    }
}
