//! What another site, or a stranger, cannot make this door do.

use axum::body::Body;
use http::Request;

use super::visitor::Browser;
use crate::support::Server;

const FORMS: [&str; 7] = [
    "/signin",
    "/signout",
    "/environments/my-project/stop",
    "/settings/account/name",
    "/fn/account/end-sessions",
    "/fn/account/rename",
    "/fn/environments/act",
];

#[tokio::test]
async fn a_change_that_another_site_sends_is_refused() {
    let server = Server::start().await;
    let mut browser = Browser::of_owner(&server).await;
    let cookie = browser.cookie.clone();
    for path in FORMS {
        for headers in [
            &[("sec-fetch-site", "cross-site")] as &[_],
            &[("sec-fetch-site", "same-site")],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[],
        ] {
            let reply = browser.send(browser.form(path, &[("name", "Eve")], headers)).await;
            assert_eq!(reply.status, 403, "{path} {headers:?}");
        }
        let reply = browser.send(browser.form(path, &[], &[("origin", "http://127.0.0.1:8080")])).await;
        assert_ne!(reply.status, 403, "{path} from our own page");
        browser.cookie.clone_from(&cookie);
    }
}

#[tokio::test]
async fn reading_never_changes_anything() {
    let server = Server::start().await;
    let mut browser = Browser::of_owner(&server).await;
    for path in FORMS.iter().filter(|path| **path != "/signin") {
        let reply = browser.get(path).await;
        assert!(matches!(reply.status.as_u16(), 404 | 405), "{path}: {}", reply.status);
    }
    assert_eq!(browser.get("/settings/account").await.status, 200);
}

#[tokio::test]
async fn a_form_that_is_too_large_is_refused() {
    let server = Server::start().await;
    let mut browser = Browser::of_owner(&server).await;
    let large = "x".repeat(1 << 20);
    let reply = browser.post("/settings/account/name", &[("name", &large)]).await;
    assert!(matches!(reply.status.as_u16(), 303 | 413), "{}", reply.status);
    assert!(!browser.get("/settings/account").await.text.contains("xxxx"));
}

#[tokio::test]
async fn every_answer_of_this_door_is_kept_out_of_caches_and_referrers() {
    let server = Server::start().await;
    let mut browser = Browser::of_owner(&server).await;
    for path in ["/", "/signin", "/settings/account", "/docs/api", "/no/such/page", "/fn/no/such"] {
        let reply = browser.get(path).await;
        for (name, value) in [("cache-control", "no-store"), ("x-content-type-options", "nosniff")] {
            assert_eq!(reply.headers[name], value, "{path}");
        }
        assert!(!reply.headers.contains_key("access-control-allow-origin"), "{path}");
    }
}

#[tokio::test]
async fn a_server_function_is_closed_to_strangers() {
    let server = Server::start().await;
    for path in FORMS.iter().filter(|path| path.starts_with("/fn/")) {
        let request = Request::post(*path)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from("name=my-project&action=Stop"))
            .unwrap();
        let reply = server.send(request).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text);
        assert!(reply.text.contains("SignedOut"), "{path}: {}", reply.text);
    }
}
