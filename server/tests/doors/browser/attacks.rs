//! What an attacker tries on a browser's door: requests from other sites, planted cookies, frames, false hosts.

use std::collections::HashSet;

use chrono::TimeDelta;
use http::{Method, Request, header};

use super::functions::declared;
use super::visitor::{Browser, HALF, SESSION, location};
use crate::support::{EMAIL, PASSWORD, Server, form};

/// The routes that change something: plain forms, from the server's own list, and server functions.
fn changing() -> Vec<String> {
    let forms: Vec<_> = include_str!("../../../src/browser/forms/mod.rs")
        .lines()
        .filter_map(|line| line.trim().strip_prefix(".route(\"")?.split_once("\", post("))
        .map(|(path, _)| path.replace("{name}", "nowhere").replace("{action}", "stop"))
        .collect();
    assert!(forms.len() >= 4, "{forms:?}");
    let functions = declared().into_iter().map(|function| format!("/fn/{function}"));
    forms.into_iter().chain(functions).collect()
}

/// The addresses of pages, from the app's own list; parameters get a value.
pub fn pages() -> Vec<String> {
    let app = include_str!("../../../../app/src/app.rs");
    let pages: Vec<_> = app
        .split("path!(\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().replace(":class", "users.account"))
        .collect();
    assert!(pages.len() > 10, "{pages:?}");
    pages
}

#[tokio::test]
async fn no_changing_route_takes_anything_from_another_site_whatever_its_body() {
    let server = Server::start().await;
    let mut browser = Browser::of_owner(&server).await;
    let cookie = browser.cookie.clone();
    let before = server.audit().await;
    for path in changing() {
        for (kind, body) in [
            ("application/x-www-form-urlencoded", "name=Eve&email=a&password=b"),
            (
                "multipart/form-data; boundary=x",
                "--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nEve\r\n--x--\r\n",
            ),
            ("text/plain", "{\"name\":\"Eve\",\"x=\":\"\"}"),
            ("application/json", "{\"name\":\"Eve\"}"),
        ] {
            for headers in [
                &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")] as &[_],
                &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "cors"), ("origin", "https://evil.example")],
                &[("sec-fetch-site", "same-site"), ("origin", "http://127.0.0.1:8081")],
                &[("origin", "https://evil.example")],
                &[("origin", "null")],
                &[("referer", "http://127.0.0.1:8080/")],
                &[],
            ] {
                let mut request = Request::post(&path).header(header::HOST, "127.0.0.1:8080");
                for (name, value) in headers {
                    request = request.header(*name, *value);
                }
                let request = request.header(header::CONTENT_TYPE, kind).body(body.into()).unwrap();
                let reply = browser.send(request).await;
                assert_eq!(reply.status, 403, "{path} {kind} {headers:?}");
                assert!(!reply.headers.contains_key(header::SET_COOKIE), "{path}");
            }
        }
    }
    assert_eq!(browser.cookie, cookie);
    assert_eq!(server.audit().await, before);
}

#[tokio::test]
async fn no_changing_route_answers_to_a_verb_that_only_reads_or_is_unknown() {
    let server = Server::start().await;
    let mut browser = Browser::of_owner(&server).await;
    let before = server.audit().await;
    for path in changing().iter().filter(|path| *path != "/signin") {
        for verb in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE] {
            let request = Request::builder()
                .method(&verb)
                .uri(format!("{path}?{}", form(&[("name", "Eve"), ("ids[0]", "1"), ("account", "1")])))
                .header("sec-fetch-site", "same-origin")
                .body("".into())
                .unwrap();
            let reply = browser.send(request).await;
            assert!(matches!(reply.status.as_u16(), 404 | 405), "{verb} {path}: {}", reply.status);
        }
    }
    assert_eq!(server.audit().await, before);
}

#[tokio::test]
async fn a_planted_session_is_never_the_signed_in_one() {
    let server = Server::start().await;
    let credentials = [("email", EMAIL), ("password", PASSWORD)];
    // One that the attacker made up.
    let planted = format!("{SESSION}=1x0123456789abcdef0123456789abcdef");
    let mut browser = Browser::new(&server);
    browser.cookie = Some(planted.clone());
    browser.post("/signin", &credentials).await;
    assert_ne!(browser.cookie.as_ref(), Some(&planted));
    assert!(is_dead(&server, planted).await);
    // One that the attacker has signed in with.
    server.keyrack.accounts.create_user_with_account("eve@example.net", PASSWORD).await.unwrap();
    let mut eve = Browser::new(&server);
    eve.post("/signin", &[("email", "eve@example.net"), ("password", PASSWORD)]).await;
    let planted = eve.cookie.clone().unwrap();
    let mut browser = Browser::new(&server);
    browser.cookie = Some(planted.clone());
    browser.post("/signin", &credentials).await;
    assert_ne!(browser.cookie.as_ref(), Some(&planted));
    assert!(is_dead(&server, planted).await);
    // Before a change is confirmed: the value from before ends shortly after.
    let former = browser.cookie.clone().unwrap();
    let fields = [("current", PASSWORD), ("new_password", "orbit-lantern-cactus-42")];
    assert_eq!(location(&browser.post("/fn/security/change-password", &fields).await), "/settings/security");
    assert_ne!(browser.cookie.as_ref(), Some(&former));
    server.advance(TimeDelta::seconds(11));
    assert!(is_dead(&server, former).await);
    assert_eq!(browser.get("/settings/account").await.status, 200);
}

#[tokio::test]
async fn neither_half_a_sign_in_nor_what_was_there_before_it_becomes_the_session() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let config = owner.post("users.account.Get2FAConfig", &[("password", PASSWORD)]).await;
    let secret = config["secret"].as_str().unwrap().to_owned();
    owner.post("users.account.Enable2FA", &[("password", PASSWORD), ("code", &server.code(&secret))]).await;
    server.advance(TimeDelta::seconds(60));
    server.keyrack.accounts.create_user_with_account("eve@example.net", PASSWORD).await.unwrap();
    let mut eve = Browser::new(&server);
    eve.post("/signin", &[("email", "eve@example.net"), ("password", PASSWORD)]).await;
    let planted = eve.cookie.clone().unwrap();

    let mut browser = Browser::new(&server);
    browser.cookie = Some(planted.clone());
    let reply = browser.post("/signin", &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert_eq!(location(&reply), "/signin/second");
    let half = reply.headers[header::SET_COOKIE].to_str().unwrap();
    let half = half.strip_prefix(&format!("{HALF}=")).expect("half a sign-in").split(';').next().unwrap().to_owned();
    assert!(is_dead(&server, format!("{SESSION}={half}")).await);
    browser.cookie = Some(format!("{planted}; {HALF}={half}"));
    let reply = browser.post("/fn/signin/second", &[("code", &server.code(&secret))]).await;
    assert_eq!(location(&reply), "/");
    let session = browser.cookie.clone().unwrap();
    assert!(session.starts_with(&format!("{SESSION}=")) && !session.contains(&half) && session != planted);
    assert!(browser.get("/settings/account").await.text.contains(EMAIL));
    assert!(is_dead(&server, planted).await, "the former session of this browser is ended");
    assert!(is_dead(&server, format!("{SESSION}={half}")).await);
}

async fn is_dead(server: &Server, cookie: String) -> bool {
    let mut browser = Browser::new(server);
    browser.cookie = Some(cookie);
    browser.get("/settings/account").await.status == 303
}

#[tokio::test]
async fn every_page_is_framed_by_nobody_and_runs_only_what_it_names() {
    let server = Server::start().await;
    let mut browser = Browser::of_owner(&server).await;
    let mut nonces = HashSet::new();
    for page in pages().iter().chain(&["/no/such/page".to_owned()]) {
        let reply = browser.get(page).await;
        let policy = reply.headers["content-security-policy"].to_str().unwrap();
        for part in ["frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'", "form-action 'self'"] {
            assert!(policy.contains(part), "{page}: {policy}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{page}: {policy}");
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
        assert!(nonces.insert(nonce.to_owned()), "{page}: a nonce that was there before");
        for (name, value) in [
            ("cache-control", "no-store"),
            // With `no-referrer` browsers would send our own forms as if another site had made them.
            ("referrer-policy", "same-origin"),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(reply.headers[name], value, "{page}");
        }
        assert!(!reply.text.contains(" style=\"") && !reply.text.contains(" onclick="), "{page}");
        for script in reply.text.split("<script").skip(1) {
            assert!(script.split('>').next().unwrap().contains("nonce="), "{page}: a script without the nonce");
        }
    }
}

#[tokio::test]
async fn every_answer_of_every_door_says_how_it_may_be_used() {
    let server = Server::at("https://keys.example.org").await;
    let mut browser = Browser::new(&server);
    for path in [
        "/",
        "/signin",
        "/favicon.svg",
        "/healthz",
        "/metrics",
        "/no/such",
        "/fn/no/such",
        "/1.0/users/account/rest/getuserinfo",
        "/1.0/x/y/rest/z",
    ] {
        let reply = browser.get(path).await;
        assert_eq!(reply.headers["x-content-type-options"], "nosniff", "{path}");
        // No other site learns an address; pages may learn each other's.
        let page = reply.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        assert_eq!(reply.headers["referrer-policy"], if page { "same-origin" } else { "no-referrer" }, "{path}");
        assert_eq!(reply.headers["strict-transport-security"], "max-age=31536000; includeSubDomains", "{path}");
        let policy = reply.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
    }
    let refused = browser.send(browser.form("/signout", &[], &[])).await;
    assert_eq!((refused.status.as_u16(), refused.headers.contains_key("strict-transport-security")), (403, true));
    let plain = Server::start().await;
    assert!(!Browser::new(&plain).get("/signin").await.headers.contains_key("strict-transport-security"));
}

#[tokio::test]
async fn every_cookie_is_out_of_reach_of_scripts_and_of_other_sites() {
    for (origin, prefix, secure) in
        [("http://127.0.0.1:8080", "keyrack", false), ("https://keys.example.org", "__Host-keyrack", true)]
    {
        let server = Server::at(origin).await;
        let mut browser = Browser::new(&server);
        let mut replies = vec![browser.post("/signin", &[("email", EMAIL), ("password", PASSWORD)]).await];
        replies.push(browser.post("/fn/members/withdraw", &[("id", "99")]).await);
        replies.push(browser.post("/signout", &[]).await);
        let mut seen = 0;
        for cookie in replies.iter().flat_map(|reply| reply.headers.get_all(header::SET_COOKIE)) {
            let cookie = cookie.to_str().unwrap();
            seen += 1;
            assert!(cookie.starts_with(prefix), "{cookie}");
            for part in ["; Path=/", "; HttpOnly", "; SameSite=Lax"] {
                assert!(cookie.contains(part), "{cookie}");
            }
            assert_eq!(cookie.contains("; Secure"), secure, "{cookie}");
            assert!(!cookie.contains("Domain="), "{cookie}");
        }
        assert!(seen >= 3, "{seen}");
    }
}

#[tokio::test]
async fn no_way_leads_out_after_sign_in_however_it_is_written() {
    let server = Server::start().await;
    for next in [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "https://evil.example",
        "/\t/evil.example",
        "/\r\nLocation: https://evil.example",
        "/x\r\nSet-Cookie: keyrack=planted",
        "///evil.example",
        "/./\\/evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        " //evil.example",
        "/\u{0}/evil.example",
    ] {
        let mut browser = Browser::new(&server);
        let reply = browser.post("/signin", &[("email", EMAIL), ("password", PASSWORD), ("next", next)]).await;
        assert_eq!(location(&reply), "/", "{next:?}");
        assert_eq!(reply.headers.get_all(header::SET_COOKIE).iter().count(), 1, "{next:?}");
    }
    // Percent-encoded it is a path of ours, whatever it would mean once decoded.
    for next in ["/%2f%2fevil.example", "/%5cevil.example", "/%0d%0aLocation:%20x"] {
        let reply =
            Browser::new(&server).post("/signin", &[("email", EMAIL), ("password", PASSWORD), ("next", next)]).await;
        assert_eq!(location(&reply), next);
    }
    // Letters that cannot stand in a header are escaped.
    let mut browser = Browser::new(&server);
    let reply = browser.post("/signin", &[("email", EMAIL), ("password", PASSWORD), ("next", "/Ä")]).await;
    assert_eq!(location(&reply), "/%C3%84");
    assert_eq!(browser.get("/settings/account").await.status, 200);
}

#[tokio::test]
async fn a_false_host_is_written_into_nothing() {
    let server = Server::start().await;
    let mut browser = Browser::of_owner(&server).await;
    for (path, header) in [
        ("/", "host"),
        ("/settings/tokens", "x-forwarded-host"),
        ("/docs/api/users.account", "host"),
        ("/signin", "forwarded"),
    ] {
        let request =
            Request::get(path).header("sec-fetch-site", "none").header(header, "evil.example").body("".into()).unwrap();
        let reply = browser.send(request).await;
        assert!(!reply.text.contains("evil.example"), "{path}");
        assert!(!format!("{:?}", reply.headers).contains("evil.example"), "{path}");
    }
    let invite = browser.form(
        "/fn/members/withdraw",
        &[("id", "99")],
        &[("sec-fetch-site", "same-origin"), ("x-forwarded-host", "evil.example")],
    );
    assert!(location(&browser.send(invite).await).starts_with('/'));
}

#[tokio::test]
async fn nobody_chooses_the_address_that_is_written_down() {
    let server = Server::start().await;
    let mut browser = Browser::new(&server);
    let fields = [("email", EMAIL), ("password", PASSWORD)];
    let headers = [("sec-fetch-site", "same-origin"), ("x-forwarded-for", "203.0.113.9"), ("x-real-ip", "203.0.113.9")];
    assert_eq!(location(&browser.send(browser.form("/signin", &fields, &headers)).await), "/");
    let log = browser.get("/settings/audit").await.text;
    assert!(log.contains("127.0.0.1") && !log.contains("203.0.113.9"));
}

#[tokio::test]
async fn an_unknown_user_and_a_wrong_password_are_told_in_one_text() {
    let server = Server::start().await;
    let mut texts = Vec::new();
    for email in [EMAIL, "ghost@example.org"] {
        let reply = Browser::new(&server).post("/signin", &[("email", email), ("password", "wrong-password")]).await;
        assert!(!reply.headers.contains_key(header::SET_COOKIE));
        let main = reply.text.split("<main").nth(1).expect("a page").split("</main>").next().unwrap();
        texts.push(main.replace(email, "EMAIL"));
    }
    assert_eq!(texts[0], texts[1]);
}

#[tokio::test]
async fn what_is_too_large_is_refused_by_every_changing_route() {
    let server = Server::start().await;
    let mut browser = Browser::of_owner(&server).await;
    let large = "x".repeat(300 << 10);
    for path in changing() {
        let request = Request::post(&path)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONTENT_LENGTH, large.len() + 4)
            .body(format!("[\"{large}\"]").into())
            .unwrap();
        assert_eq!(browser.send(request).await.status, 413, "{path}");
    }
}
