//! Signing in and out in a browser.

use http::header;

use super::visitor::{Browser, SESSION, location};
use crate::support::{EMAIL, PASSWORD, Server};

#[tokio::test]
async fn signing_in_opens_a_session_and_leads_to_the_page_that_was_wanted() {
    let server = Server::start().await;
    let mut browser = Browser::new(&server);
    assert_eq!(location(&browser.get("/settings/account").await), "/signin?next=/settings/account");
    let fields = [("email", EMAIL), ("password", PASSWORD), ("next", "/settings/account")];
    let reply = browser.post("/signin", &fields).await;
    assert_eq!(location(&reply), "/settings/account");
    let cookie = reply.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with(&format!("{SESSION}=")), "{cookie}");
    // Two weeks, as long as a session lives at most: closing the browser ends nothing.
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=1209600"), "{cookie}");
    let page = browser.get("/settings/account").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains(EMAIL));
}

#[tokio::test]
async fn behind_https_the_cookie_is_bound_to_this_host() {
    let server = Server::at("https://keys.example.org").await;
    let mut browser = Browser::new(&server);
    let reply = browser.post("/signin", &[("email", EMAIL), ("password", PASSWORD)]).await;
    let cookie = reply.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with(&format!("__Host-{SESSION}=")) && cookie.contains("; Secure"), "{cookie}");
    assert!(reply.headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
}

#[tokio::test]
async fn no_way_leads_to_another_site() {
    let server = Server::start().await;
    for next in ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"] {
        let mut browser = Browser::new(&server);
        let reply = browser.post("/signin", &[("email", EMAIL), ("password", PASSWORD), ("next", next)]).await;
        assert_eq!(location(&reply), "/", "{next}");
    }
}

#[tokio::test]
async fn a_wrong_password_shows_the_form_again_without_it() {
    let server = Server::start().await;
    let mut browser = Browser::new(&server);
    let fields = [("email", "ada@example.org"), ("password", "wrong-password"), ("next", "/settings/tokens")];
    let reply = browser.post("/signin", &fields).await;
    assert_eq!(reply.status, 200);
    assert!(reply.text.contains("Wrong email or password."), "{}", reply.text);
    assert!(reply.text.contains(r#"value="ada@example.org""#) && reply.text.contains("/settings/tokens"));
    assert!(!reply.text.contains("wrong-password"));
    assert!(!reply.headers.contains_key(header::SET_COOKIE));
    assert!(reply.headers["content-security-policy"].to_str().unwrap().contains("default-src 'self'"));
    let unknown = browser.post("/signin", &[("email", "bob@example.org"), ("password", "wrong-password")]).await;
    assert!(unknown.text.contains("Wrong email or password."));
}

#[tokio::test]
async fn only_a_password_that_was_looked_at_is_marked_as_wrong() {
    let server = Server::start().await;
    let mut browser = Browser::new(&server);
    let fields = [("email", "ada@example.org"), ("password", "wrong-password")];
    let wrong = browser.post("/signin", &fields).await.text;
    assert!(wrong.contains("Wrong email or password.") && wrong.contains(r#"aria-invalid="true""#), "{wrong}");
    for _ in 0..30 {
        let text = browser.post("/signin", &fields).await.text;
        if text.contains("Too many tries") {
            assert!(!text.contains("aria-invalid"), "{text}");
            return;
        }
    }
    panic!("thirty wrong passwords at once are looked at");
}

#[tokio::test]
async fn an_extended_token_signs_in_and_another_one_does_not() {
    let server = Server::start().await;
    let (extended, other) = (server.extended_token().await, server.token("users.account.GetUserInfo").await);
    let mut browser = Browser::new(&server);
    for (token, text) in [(other.credential(), "Extended Access"), ("krp_nonsense", "This token is not valid.")] {
        let reply = browser.post("/signin", &[("token", token)]).await;
        assert_eq!(reply.status, 200);
        assert!(reply.text.contains(text), "{}", reply.text);
        assert!(!reply.text.contains(token));
    }
    assert_eq!(location(&browser.post("/signin", &[("token", extended.credential())]).await), "/");
    assert_eq!(browser.get("/settings/account").await.status, 200);
    // The cookie is no credential of the API, nor is the API's session a cookie.
    assert_eq!(server.bearer(browser.session()).code("users.authentication.CheckSign", &[]).await, 702);
    let owner = server.owner().await;
    browser.cookie = Some(format!("{SESSION}={}", owner.credential()));
    assert_eq!(location(&browser.get("/").await), "/signin?ended=1");
}

#[tokio::test]
async fn a_new_session_takes_the_former_ones_place() {
    let server = Server::start().await;
    let mut browser = Browser::of_owner(&server).await;
    let former = browser.cookie.clone();
    browser.post("/signin", &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert_ne!(browser.cookie, former);
    let mut old = Browser::new(&server);
    old.cookie = former;
    assert_eq!(location(&old.get("/").await), "/signin?ended=1");
}

#[tokio::test]
async fn signing_out_ends_the_session_and_takes_the_cookie_back() {
    let server = Server::start().await;
    let mut browser = Browser::of_owner(&server).await;
    let former = browser.cookie.clone();
    assert_eq!(location(&browser.post("/signout", &[]).await), "/signin");
    assert_eq!(browser.cookie, None);
    browser.cookie = former;
    assert_eq!(location(&browser.get("/").await), "/signin?ended=1");
    assert_eq!(location(&browser.post("/signout", &[]).await), "/signin");
}

#[tokio::test]
async fn who_follows_an_invitation_as_somebody_else_comes_back_to_it_signed_out() {
    let server = Server::start().await;
    let mut browser = Browser::of_owner(&server).await;
    let reply = browser.post("/signout", &[("next", "/invite?token=abc")]).await;
    assert_eq!(location(&reply), "/invite?token=abc");
    let mut browser = Browser::of_owner(&server).await;
    let reply = browser.post("/signout", &[("next", "/settings/tokens")]).await;
    assert_eq!(location(&reply), "/signin?next=/settings/tokens");
}
