//! Plain http from another machine, where browsers do not say which site a request comes from.

use axum::body::Body;
use http::{Request, header};

use super::visitor::Browser;
use crate::support::{EMAIL, PASSWORD, Reply, Server};

const ORIGIN: &str = "http://keys.test:8313";
const LINE: &str = "This page came over plain http";

async fn get(server: &Server, path: &str, host: &str) -> Reply {
    server.send(Request::get(path).header(header::HOST, host).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn signing_in_works_and_says_what_it_means() {
    let server = Server::at(ORIGIN).await;
    let page = get(&server, "/signin", "keys.test:8313").await;
    assert_eq!(page.headers["referrer-policy"], "same-origin");
    assert!(!page.headers.contains_key("cross-origin-opener-policy"), "browsers complain about it there");
    assert!(page.text.contains(LINE), "{}", page.text);

    let mut browser = Browser::new(&server);
    let fields = [("email", EMAIL), ("password", PASSWORD)];
    for (origin, status) in [(ORIGIN, 303), ("http://keys.test", 403), ("http://other.test:8313", 403), ("null", 403)] {
        let mut request = browser.form("/signin", &fields, &[("origin", origin)]);
        request.headers_mut().insert(header::HOST, "keys.test:8313".parse().unwrap());
        assert_eq!(browser.send(request).await.status, status, "{origin}");
    }
}

#[tokio::test]
async fn the_line_is_there_only_where_others_can_listen() {
    for (origin, host, shown) in [
        ("http://keys.test:8313", "keys.test:8313", true),
        ("http://keys.test:8313", "127.0.0.1:8313", false),
        ("http://keys.test:8313", "localhost:8313", false),
        ("https://keys.test", "keys.test", false),
        ("http://127.0.0.1:8080", "[::1]:8080", false),
    ] {
        let page = get(&Server::at(origin).await, "/signin", host).await;
        assert_eq!(page.text.contains(LINE), shown, "{origin} {host}");
        assert_eq!(page.headers.contains_key("cross-origin-opener-policy"), !shown, "{origin} {host}");
    }
}
