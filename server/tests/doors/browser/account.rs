//! The account page's forms without WASM.

use super::visitor::{Browser, location};
use crate::support::Server;

#[tokio::test]
async fn a_name_is_changed_or_the_page_says_why_not() {
    let server = Server::start().await;
    let mut browser = Browser::of_owner(&server).await;
    let reply = browser.post("/settings/account/name", &[("name", "Ada Lovelace")]).await;
    assert_eq!(location(&reply), "/settings/account?done=name");
    assert!(browser.get(location(&reply)).await.text.contains("Ada Lovelace"));
    let reply = browser.post("/settings/account/name", &[("name", " ")]).await;
    assert_eq!(reply.status, 200);
    assert!(reply.text.contains("Write a name of 1 to 100 characters"), "{}", reply.text);
}

#[tokio::test]
async fn all_other_sessions_are_ended_at_once() {
    let server = Server::start().await;
    let mut browser = Browser::of_owner(&server).await;
    let mut other = Browser::of_owner(&server).await;
    let script = server.owner().await;
    let reply = browser.post("/fn/account/end-sessions", &[]).await;
    assert_eq!(location(&reply), "/settings/security");
    assert_eq!(location(&other.get("/").await), "/signin?ended=1");
    assert_eq!(script.code("users.authentication.CheckSign", &[]).await, 702);
    assert_eq!(browser.get("/").await.status, 200);
}

#[tokio::test]
async fn strangers_are_sent_to_sign_in() {
    let server = Server::start().await;
    for (path, page) in [
        ("/settings/account/name", "/settings/account"),
        ("/fn/account/end-sessions", "/settings/security"),
        ("/fn/security/change-password", "/settings/security"),
        ("/fn/members/withdraw", "/settings/members"),
        ("/fn/notices/read", "/notices"),
    ] {
        let fields =
            [("name", "x"), ("id", "1"), ("up_to", "1"), ("current", "a long one"), ("new_password", "a longer one")];
        let reply = Browser::new(&server).post(path, &fields).await;
        assert_eq!(location(&reply), format!("/signin?next={page}&ended=1"), "{path}");
    }
}
