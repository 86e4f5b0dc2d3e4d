//! Whom and what a request is for: a path of this server, and exactly one host.
//!
//! What comes after this may take it for granted that the target is a path that begins with a slash, and that there is
//! one `Host`, a name or an address. Everything else is refused here, before anything else looks at it.

use axum::body::Body;
use http::uri::{PathAndQuery, Scheme};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, Version, header};

/// Makes target and `Host` plain.
///
/// # Errors
/// What is wrong with them.
pub fn normalize<B>(request: &mut Request<B>) -> Result<(), &'static str> {
    if request.method() == Method::CONNECT {
        return Err("this server is no proxy: CONNECT is not answered");
    }
    let host = host(request.headers(), request.version())?;
    let uri = request.uri();
    match (uri.scheme(), uri.authority()) {
        (None, None) if uri.path().starts_with('/') => Ok(()),
        (Some(scheme), Some(authority)) if [Scheme::HTTP, Scheme::HTTPS].contains(scheme) => {
            if !is_host(authority.as_str()) {
                return Err("the host in the address of the request is none");
            }
            if host.as_ref().is_some_and(|host| !authority.as_str().as_bytes().eq_ignore_ascii_case(host.as_bytes())) {
                return Err("the address of the request and its Host name different hosts");
            }
            let host = HeaderValue::from_str(authority.as_str()).map_err(|_| NO_PATH)?;
            let path = uri.path_and_query().map_or("/", PathAndQuery::as_str);
            // `http://host?query` leaves the path out.
            let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
            *request.uri_mut() = path.parse::<PathAndQuery>().map(Uri::from).map_err(|_| NO_PATH)?;
            request.headers_mut().insert(header::HOST, host);
            Ok(())
        }
        _ => Err(NO_PATH),
    }
}

const NO_PATH: &str = "the address of a request has to be a path that begins with a slash";

/// The answer to what was refused. Nothing more is read of the connection.
pub fn refusal(problem: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(format!("{problem}\n")));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// The one `Host`; before HTTP/1.1 there may be none.
fn host(headers: &HeaderMap, version: Version) -> Result<Option<HeaderValue>, &'static str> {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if version < Version::HTTP_11 => Ok(None),
        (None, _) => Err("the request has no Host"),
        (Some(_), Some(_)) => Err("the request has more than one Host"),
        (Some(host), None) if host.to_str().is_ok_and(is_host) => Ok(Some(host.clone())),
        (Some(_), None) => Err("the Host of the request is neither a name nor an address"),
    }
}

/// A name, or an address (version 6 in brackets), and a port if there is one.
fn is_host(text: &str) -> bool {
    let is_port = |port: &str| {
        port.strip_prefix(':')
            .is_some_and(|port| port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok())
    };
    if let Some(inside) = text.strip_prefix('[') {
        let Some((address, port)) = inside.split_once(']') else { return false };
        return address.parse::<std::net::Ipv6Addr>().is_ok() && (port.is_empty() || is_port(port));
    }
    let (name, port) = text.split_at(text.find(':').unwrap_or(text.len()));
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    (1..=255).contains(&name.len()) && name.bytes().all(fits) && (port.is_empty() || is_port(port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_names_and_addresses() {
        for host in ["localhost", "LOCALHOST:8080", "127.0.0.1:1", "[::1]", "[2001:db8::1]:443", "a_b.example."] {
            assert!(is_host(host), "{host}");
        }
        for host in [
            "",
            ":80",
            "a b",
            "a,b",
            "a@b",
            "a/b",
            "a:b",
            "a:",
            "a:80:80",
            "a:+1",
            "a:65536",
            "[::1",
            "[::1]x",
            "[a]",
            "[::1]:",
            "::1",
            "a%41",
            "é.example",
            "a#b",
            "a?b",
        ] {
            assert!(!is_host(host), "{host}");
        }
    }
}
