//! The wire contract: how calls may be written, and what every answer looks like.

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
async fn an_answer_is_200_with_an_envelope_and_safe_headers() {
    let server = Server::start().await;
    let token = server.token("users.account.GetUserInfo").await;
    for reply in [token.send(Method::GET, CHECK, &[]).await, server.send(get("/1.0/no/such/rest/thing")).await] {
        reply.json();
        for (name, value) in [
            ("content-type", "application/json; charset=utf-8"),
            ("access-control-allow-origin", "*"),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(reply.headers[name], value, "{name}");
        }
        assert!(!reply.headers.contains_key("set-cookie"));
    }
}

#[tokio::test]
async fn a_call_can_be_written_in_every_way_that_clients_use() {
    let server = Server::start().await;
    let token = server.token("users.account.GetUserInfo").await;
    let secret = token.credential();
    let path = path(CHECK);
    let query = format!("{path}?session={secret}");
    for request in [
        get(&query),
        get(format!("{path}?SESSION={secret}")),
        get(format!("{path}?token={secret}")),
        get(format!(
            "{path}?appid=cluster&charset=UTF-8&hx_lang=en&ruk=7&actionkey=&checksum=%20&session={secret}&nodeId="
        )),
        get(format!("/1.0/users/authentication/rest/CheckSign?session={secret}")),
        get(format!("/1.0/Users/Authentication/REST/CHECKSIGN/?session={secret}")),
        post(&path, Some(FORM), format!("session={secret}")),
        post(&path, Some("application/x-www-form-urlencoded; charset=UTF-8"), format!("Session={secret}")),
        // Some libraries do not say what they send, or send nothing and say what it would have been.
        post(&path, None, format!("session={secret}")),
        post(&query, None, ""),
        post(&query, Some("application/json"), ""),
        post(&query, Some("multipart/form-data; boundary=x"), ""),
    ] {
        let line = format!("{} {}", request.method(), request.uri());
        assert_eq!(server.send(request).await.json()["result"], 0, "{line}");
    }
    for kind in ["application/json", "text/xml", "nonsense"] {
        let mut request = get(&query);
        request.headers_mut().insert(header::CONTENT_TYPE, kind.parse().unwrap());
        assert_eq!(server.send(request).await.json()["result"], 0, "GET with Content-Type: {kind}");
    }
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
async fn what_does_not_exist_is_said_before_a_credential_is_asked_for() {
    let server = Server::start().await;
    for (uri, code, text) in [
        ("/1.0/users/authentication/rest/nosuch", 6, "method not found [users.authentication.nosuch]"),
        ("/1.0/users/nosuch/rest/checksign", 5, "service not found [users.nosuch]"),
        ("/1.0/nosuch/authentication/rest/checksign", 5, "service not found [nosuch.authentication]"),
        ("/1.0/users/authentication/checksign", 5, "service not found [users.authentication]"),
        ("/1.0/", 5, "service not found [.]"),
        ("/1.0", 5, "service not found [.]"),
        ("/1.0/%F0%28/a%00b/rest/c", 5, "service not found [?.?]"),
    ] {
        let answer = server.send(get(uri)).await.json();
        assert_eq!(answer["result"], code, "{uri}");
        assert_eq!(answer["error"], text, "{uri}");
        assert_eq!(server.send(post(uri, Some(FORM), "a=b")).await.json()["result"], code, "{uri}");
    }
}

#[tokio::test]
async fn signout_is_also_there_without_the_version() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let reply = server.send(get(format!("/users/authentication/rest/signout?session={}", owner.credential()))).await;
    assert_eq!(reply.text, r#"{"result":0}"#);
    assert_eq!(owner.code(CHECK, &[]).await, 702);
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
            post(&path, Some("application/json"), "{}"),
            "the body has to be a form (Content-Type: application/x-www-form-urlencoded)".into(),
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

#[tokio::test]
async fn a_script_of_another_site_may_call_with_a_header() {
    let server = Server::start().await;
    let request = Request::builder().method(Method::OPTIONS).uri(path(CHECK)).body(Body::empty()).unwrap();
    let reply = server.send(request).await;
    assert_eq!(reply.status, 204);
    assert_eq!(reply.headers["access-control-allow-headers"], "authorization, content-type");
    assert!(!reply.headers.contains_key("access-control-allow-credentials"));
}
