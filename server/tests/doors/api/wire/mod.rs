//! The wire contract: how calls may be written, and what every answer looks like.

mod hostile;
mod json;
mod must;
mod problems;
mod rows;
mod written;

use axum::body::Body;
use http::{Method, Request, header};

use crate::support::{Server, path};

const CHECK: &str = "users.authentication.CheckSign";
const FORM: &str = "application/x-www-form-urlencoded";

fn get(uri: impl AsRef<str>) -> Request<Body> {
    Request::get(uri.as_ref()).body(Body::empty()).unwrap()
}

fn post(uri: &str, kind: Option<&str>, body: impl Into<Body>) -> Request<Body> {
    let mut request = Request::post(uri);
    if let Some(kind) = kind {
        request = request.header(header::CONTENT_TYPE, kind);
    }
    request.body(body.into()).unwrap()
}

#[tokio::test]
async fn a_cookie_is_no_credential_here() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let mut request = get(path(CHECK));
    for name in ["keyrack", "__Host-keyrack", "session", "token"] {
        let cookie = format!("{name}={}", owner.credential());
        request.headers_mut().append(header::COOKIE, cookie.parse().unwrap());
    }
    assert_eq!(server.send(request).await.json()["result"], 3);
}

#[tokio::test]
async fn two_credentials_in_one_call_are_refused() {
    let server = Server::start().await;
    let (one, two) = (server.owner().await, server.owner().await);
    let answer = one.get(CHECK, &[("session", two.credential())]).await;
    assert_eq!(answer["result"], 3);
    assert_eq!(answer["error"], "invalid parameter [session]: two different credentials in one call");
    assert_eq!(one.get(CHECK, &[("session", one.credential()), ("token", one.credential())]).await["result"], 0);
}

#[tokio::test]
async fn broken_input_is_refused_with_a_clear_text() {
    let server = Server::start().await;
    let path = path(CHECK);
    let large = "a".repeat(2 << 20);
    let many = "a=1&".repeat(10_000);
    let percent = "its percent-encoding is broken (a % itself is written %25)";
    for (request, text) in [
        (get(format!("{path}?x=100%")), format!("invalid parameter [x]: {percent}")),
        (get(format!("{path}?x=%zz")), format!("invalid parameter [x]: {percent}")),
        (get(format!("{path}?x=%ff")), "invalid parameter [x]: it is not UTF-8".into()),
        (get(format!("{path}?x=%00")), "invalid parameter [x]: it contains the character NUL".into()),
        (get(format!("{path}?{many}")), "more than 1000 parameters in one call".into()),
        (post(&path, Some(FORM), many.clone()), "more than 1000 parameters in one call".into()),
        (post(&path, Some(FORM), &b"x=\xff"[..]), "invalid parameter [x]: it is not UTF-8".into()),
        (post(&path, Some(FORM), &b"x=\0"[..]), "invalid parameter [x]: it contains the character NUL".into()),
        (post(&path, Some(FORM), large.clone()), "the body is larger than 1024 KiB".into()),
        (
            post(&path, Some("text/xml"), "<a/>"),
            "the body has to be a form (Content-Type: application/x-www-form-urlencoded or multipart/form-data) or \
             JSON (application/json)"
                .into(),
        ),
        (
            post(&path, Some("multipart/form-data"), "--x"),
            "the multipart form has no boundary in its Content-Type".into(),
        ),
        (
            post(&path, Some("multipart/form-data; boundary=x"), "--x\r\nContent-Disposition: form-data"),
            "the multipart form cannot be read: a part or the boundary is broken".into(),
        ),
        (
            post(
                &path,
                Some("multipart/form-data; boundary=x"),
                "--x\r\nContent-Disposition: form-data\r\n\r\nvalue\r\n--x--\r\n",
            ),
            "a part of the multipart form has no name".into(),
        ),
    ] {
        let answer = server.send(request).await.json();
        assert_eq!(answer["result"], 3, "{answer}");
        assert_eq!(answer["error"], text);
    }
}

#[tokio::test]
async fn one_value_that_is_given_twice_is_refused_by_name() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let answer = owner.post("users.authentication.EditToken", &[("id", "1"), ("ID", "2")]).await;
    assert_eq!(answer["result"], 3);
    assert_eq!(answer["error"], "invalid parameter [id]: it is given more than once with different values");
}

#[tokio::test]
async fn no_error_text_repeats_a_credential() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let secret = server.token("users.account.GetUserInfo").await.credential().to_owned();
    let params = [("description", "x"), ("password", "p"), ("apiList", secret.as_str())];
    let text = owner.send(Method::POST, "users.authentication.CreateToken", &params).await.text;
    assert!(!text.contains(&secret), "{text}");
    let uri = format!("/1.0/{secret}/{secret}/rest/{secret}?session={secret}");
    let text = server.send(get(uri)).await.text;
    assert!(!text.contains(&secret), "{text}");
}
