//! The names that this door answers to.

use axum::body::Body;
use http::{Method, Request, header};

use super::visitor::Browser;
use crate::support::{EMAIL, PASSWORD, Reply, Server, form};

async fn ask(server: &Server, method: Method, path: &str, host: &str) -> Reply {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, host)
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form(&[("email", EMAIL), ("password", PASSWORD)])))
        .unwrap();
    server.send(request).await
}

#[tokio::test]
async fn pages_and_forms_are_refused_under_a_name_that_somebody_pointed_here() {
    let server = Server::at("https://keys.example.org").await;
    for (method, path) in [
        (Method::GET, "/"),
        (Method::GET, "/signin"),
        (Method::GET, "/invite?token=x"),
        (Method::GET, "/docs/api"),
        (Method::GET, "/settings/audit/export.csv"),
        (Method::GET, "/favicon.svg"),
        (Method::GET, "/.well-known/change-password"),
        (Method::GET, "/no/such"),
        (Method::POST, "/signin"),
        (Method::POST, "/signout"),
        (Method::POST, "/fn/account/rename"),
        (Method::POST, "/fn/invite/accept"),
    ] {
        for host in ["evil.example", "evil.example:8080", "keys.example.org.evil.example", "10.0.0.1", "x y", ""] {
            let reply = ask(&server, method.clone(), path, host).await;
            assert_eq!(reply.status, 421, "{method} {path} {host:?}");
            assert!(!reply.headers.contains_key(header::SET_COOKIE), "{path}");
            assert!(reply.text.contains("Open https://keys.example.org instead"), "{}", reply.text);
            assert_eq!(reply.headers["x-content-type-options"], "nosniff");
        }
    }
    assert!(!server.audit().await.iter().any(|line| line.contains("sign-in")));
}

#[tokio::test]
async fn pages_are_answered_under_the_servers_own_names() {
    let server = Server::at("https://keys.example.org").await;
    for host in ["keys.example.org", "KEYS.example.org.:443", "localhost:8080", "127.0.0.1:8080", "[::1]:8080"] {
        assert_eq!(ask(&server, Method::GET, "/signin", host).await.status, 200, "{host}");
        assert_eq!(ask(&server, Method::POST, "/signin", host).await.status, 303, "{host}");
    }
}

#[tokio::test]
async fn programs_may_call_the_server_what_they_like() {
    let server = Server::start().await;
    for path in ["/healthz", "/readyz", "/metrics", "/openapi.json", "/1.0/environment/tracking/rest/getserverutctime"]
    {
        for host in ["evil.example", "keyrack.internal:8080", "10.1.2.3"] {
            assert_eq!(ask(&server, Method::GET, path, host).await.status, 200, "{path} {host}");
        }
    }
}

#[tokio::test]
async fn the_page_that_changes_the_password_is_where_password_managers_look_for_it() {
    let server = Server::start().await;
    for mut browser in [Browser::new(&server), Browser::of_owner(&server).await] {
        let reply = browser.get("/.well-known/change-password").await;
        assert_eq!(super::visitor::location(&reply), "/settings/security");
    }
}
