//! What people wrote is text wherever it is shown.

use http::{Request, header};

use super::attacks::pages;
use super::functions::join;
use super::visitor::{Browser, location};
use crate::support::{EMAIL, PASSWORD, Server};

const MARKUP: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>";

#[tokio::test]
async fn names_descriptions_and_user_agents_are_shown_as_text_on_every_page() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let params = [("description", MARKUP), ("apiList", "users.account.GetUserInfo"), ("password", PASSWORD)];
    assert_eq!(owner.code("users.authentication.CreateToken", &params).await, 0);
    join(&server, "bob'@example.org", "viewer").await;
    let mut browser = Browser::new(&server);
    let sign_in = Request::post("/signin")
        .header("sec-fetch-site", "same-origin")
        .header(header::ACCEPT, "text/html")
        .header(header::USER_AGENT, MARKUP)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(crate::support::form(&[("email", EMAIL), ("password", PASSWORD)]).into())
        .unwrap();
    assert_eq!(location(&browser.send(sign_in).await), "/");
    browser.post("/settings/account/name", &[("name", MARKUP)]).await;
    let mut shown = 0;
    for page in pages().into_iter().chain(["/no/such/%3Cscript%3Ealert(1)%3C/script%3E".to_owned()]) {
        let text = browser.get(&page).await.text;
        assert!(!text.contains("<script>alert(1)"), "{page}: {text}");
        assert!(!text.contains("<img src=x"), "{page}: {text}");
        shown += usize::from(text.contains("&lt;script&gt;alert(1)"));
    }
    assert!(shown >= 5, "the text has to be on the pages that are looked at: {shown}");
}

#[tokio::test]
async fn what_was_typed_comes_back_as_text() {
    let server = Server::start().await;
    let reply = Browser::new(&server).post("/signin", &[("email", MARKUP), ("password", "x"), ("next", MARKUP)]).await;
    assert!(reply.text.contains("Wrong email or password."));
    assert!(!reply.text.contains("<script>alert(1)") && !reply.text.contains("<img src=x"), "{}", reply.text);
    let mut browser = Browser::of_owner(&server).await;
    for path in [
        "/settings/audit?person=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "/invite?token=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "/docs/api/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    ] {
        let reply = browser.get(path).await;
        assert!(!reply.text.contains("<script>alert(1)"), "{path}: {}", reply.text);
    }
}

#[tokio::test]
async fn markup_does_not_get_into_addresses_and_names_of_environments() {
    let server = Server::start().await;
    let owner = server.owner().await;
    for email in ["<b>@example.org", "\"x\"@example.org", "a@example.org<script>"] {
        let params = [("email", email), ("password", PASSWORD)];
        assert_eq!(owner.code("users.collaboration.InviteMember", &params).await, 3, "{email}");
    }
    let env = format!(r#"{{"shortdomain":{}}}"#, serde_json::to_string(MARKUP).unwrap());
    let params = [("env", env.as_str()), ("nodes", r#"[{"nodeType":"docker","docker":{"image":"keyrack/web:1"}}]"#)];
    assert_ne!(owner.code("environment.control.CreateEnvironment", &params).await, 0);
}

#[tokio::test]
async fn nothing_of_a_request_is_in_the_name_of_a_file() {
    let server = Server::start().await;
    let mut browser = Browser::of_owner(&server).await;
    for (ending, query) in [
        ("csv", "person=%0d%0aSet-Cookie:%20keyrack=planted"),
        ("ndjson", "method=%22;%20filename=evil.exe"),
        ("csv", "token=../../etc/passwd"),
    ] {
        let reply = browser.get(&format!("/settings/audit/export.{ending}?{query}")).await;
        let expected = format!("attachment; filename=\"keyrack-audit-2027-01-01.{ending}\"");
        assert_eq!(reply.headers[header::CONTENT_DISPOSITION], expected.as_str());
        assert!(!reply.headers.contains_key(header::SET_COOKIE));
    }
}

#[tokio::test]
async fn formulas_in_names_are_text_in_the_export() {
    let server = Server::start().await;
    let mut browser = Browser::of_owner(&server).await;
    browser.post("/settings/account/name", &[("name", "=cmd|' /C calc'!A0")]).await;
    let text = browser.get("/settings/audit/export.csv").await.text;
    assert!(text.contains("=cmd|"), "{text}");
    for field in text.lines().flat_map(|line| line.split(',')) {
        assert!(!field.trim_start_matches(['"', ' ']).starts_with(['=', '+', '@']), "{field}");
    }
}
