//! Calls as people and their tools really write them, slips included.

use axum::body::Body;
use http::{HeaderMap, Method, Request, header};
use serde_json::{Value, json};

use super::{CHECK, FORM, get, post};
use crate::support::{PASSWORD, Server, path};

const CREATE: &str = "users.authentication.CreateToken";
const BOM: &str = "\u{feff}";

#[tokio::test]
async fn slashes_too_many_are_the_call_and_no_path_of_the_api_gets_a_page() {
    let server = Server::start().await;
    let token = server.token("users.account.GetUserInfo").await;
    let secret = token.credential();
    for path in [
        "//1.0/users/authentication/rest/checksign",
        "/1.0//users/authentication/rest/checksign",
        "///1.0///users//authentication/rest//checksign//",
        "//users/authentication/rest/signout",
        "/users//authentication/rest/signout",
    ] {
        assert_eq!(server.send(get(format!("{path}?session={secret}"))).await.json()["result"], 0, "{path}");
        let answer = server.send(post(path, Some(FORM), format!("session={secret}"))).await.json();
        assert_eq!(answer["result"], 0, "{path}");
    }
    for (path, code, text) in [
        ("//1.0/users/nosuch/rest/a", 5, "service not found [users.nosuch]"),
        ("/1.0//nosuch/authentication/rest/a", 5, "service not found [nosuch.authentication]"),
        ("//1.0//users/authentication//rest/nosuch", 6, "method not found [users.authentication.nosuch]"),
        (
            "/1.0/users/authentication/rest/check%73ign",
            6,
            "method not found [users.authentication.checksign: write the path without dots and percent-encoding]",
        ),
        (
            "/./1.0/users/authentication/rest/checksign",
            5,
            "service not found [users.authentication: write the path without dots and percent-encoding]",
        ),
        (
            "/x/../1.0/users/authentication/rest/checksign",
            5,
            "service not found [users.authentication: write the path without dots and percent-encoding]",
        ),
        (
            "/%31%2e0/users/authentication/rest/checksign",
            5,
            "service not found [users.authentication: write the path without dots and percent-encoding]",
        ),
        (
            "/1.0%2Fusers/authentication/rest/checksign",
            5,
            "service not found [users.authentication: write the path without dots and percent-encoding]",
        ),
        ("//1.0", 5, "service not found [.]"),
        ("//", 0, ""),
    ] {
        for request in [get(path), post(path, Some(FORM), "a=b"), post(path, Some("application/json"), "{}")] {
            let verb = request.method().clone();
            let reply = server.send(request).await;
            if code == 0 {
                assert_ne!(reply.headers["content-type"], "application/json; charset=utf-8", "it is no call");
                continue;
            }
            let answer = reply.json();
            assert_eq!((&answer["result"], &answer["error"]), (&json!(code), &json!(text)), "{verb} {path}");
        }
    }
    for path in ["//deploy/nosuch", "/deploy//createobject", "//GetArchives", "/./DeleteArchive"] {
        for request in [get(path), post(path, Some(FORM), "a=b")] {
            assert!(server.send(request).await.json()["result"].as_i64().unwrap() > 0, "{path}");
        }
    }
}

#[tokio::test]
async fn a_page_of_another_site_may_send_what_libraries_and_tracing_add() {
    let server = Server::start().await;
    for path in [path(CHECK), "/openapi.json".into(), "/deploy/createobject".into(), format!("/{}", path(CHECK))] {
        let request = Request::builder().method(Method::OPTIONS).uri(&path).body(Body::empty()).unwrap();
        let reply = server.send(request).await;
        assert_eq!(
            (reply.status.as_u16(), &reply.headers["access-control-allow-origin"]),
            (204, &"*".parse().unwrap())
        );
        let allowed: Vec<_> =
            reply.headers["access-control-allow-headers"].to_str().unwrap().split(',').map(str::trim).collect();
        for name in [
            "authorization",
            "content-type",
            "x-requested-with",
            "x-request-id",
            "traceparent",
            "tracestate",
            "baggage",
            "sentry-trace",
            "b3",
        ] {
            assert!(allowed.contains(&name), "{path}: {name}");
        }
        for name in ["*", "x-forwarded-for", "x-forwarded-proto", "forwarded", "cookie"] {
            assert!(!allowed.contains(&name), "{path}: {name}");
        }
    }
    let exposed = |headers: &HeaderMap| headers["access-control-expose-headers"].to_str().unwrap().to_owned();
    let mut problem = get(path(CHECK));
    problem.headers_mut().insert(header::ACCEPT, "application/problem+json".parse().unwrap());
    for request in [get(path(CHECK)), problem, get("/openapi.json"), get("/1.0/no/such/rest/thing")] {
        assert_eq!(exposed(&server.send(request).await.headers), "x-request-id, retry-after, www-authenticate");
    }
}

#[tokio::test]
async fn a_date_may_be_iso_8601_and_nonsense_is_none() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let info = "users.account.GetUserInfo";
    let create = async |end: &str| {
        let params = [("description", "A"), ("apiList", info), ("password", PASSWORD), ("expiresAt", end)];
        owner.post(CREATE, &params).await
    };
    for (end, read) in [
        ("2027-01-02T10:00:00.000Z", "2027-01-02 10:00:00"),
        ("2027-01-02T10:00:00+02:00", "2027-01-02 08:00:00"),
        ("2027-01-02T10:00:00.123456-05:30", "2027-01-02 15:30:00"),
        ("2027-01-02 10:00:00", "2027-01-02 10:00:00"),
        ("2027-01-02", "2027-01-02 23:59:59"),
    ] {
        assert_eq!(create(end).await["token"]["expiresAt"], read, "{end}");
    }
    // A form that was not encoded has a blank where the plus sign was.
    let body = format!("description=A&apiList={info}&password={PASSWORD}&session={}&", owner.credential());
    let body = body.replace(' ', "+") + "expiresAt=2027-01-02T10:00:00+02:00";
    let made = server.send(post(&path(CREATE), Some(FORM), body)).await.json();
    assert_eq!(made["token"]["expiresAt"], "2027-01-02 08:00:00");
    for end in ["2027-01-02T10:00:00ZZZ", "2027-01-02 10:00:00ZZ", "2027-01-02T10:00:00+99:00", "2027-01-02T10:00:00 x"]
    {
        let answer = create(end).await;
        assert_eq!(answer["result"], 3, "{end}");
        let text = answer["error"].as_str().unwrap();
        assert!(text.contains("[expiresAt]") && text.contains("ISO 8601") && !text.contains(end), "{text}");
    }
}

#[tokio::test]
async fn an_encoded_body_is_refused_by_the_name_of_its_encoding() {
    let server = Server::start().await;
    let gzip = b"\x1f\x8b\x08\0\0\0\0\0".to_vec();
    let multipart = "multipart/form-data; boundary=b";
    for (method, kind) in [
        (CHECK, FORM),
        (CHECK, "application/json"),
        (CHECK, multipart),
        ("storage.uploader.Upload", multipart),
        ("environment.file.Upload", multipart),
    ] {
        for (name, value, told) in [
            (header::CONTENT_ENCODING, "gzip", "gzip"),
            (header::CONTENT_ENCODING, "identity, BR", "BR"),
            (header::CONTENT_ENCODING, "a b", "?"),
            (header::TRANSFER_ENCODING, "gzip, chunked", "gzip"),
        ] {
            let mut request = post(&path(method), Some(kind), gzip.clone());
            request.headers_mut().insert(name, value.parse().unwrap());
            request.headers_mut().insert(header::ACCEPT, "application/problem+json".parse().unwrap());
            let reply = server.send(request).await;
            assert_eq!((reply.status.as_u16(), &reply.headers["accept-encoding"]), (415, &"identity".parse().unwrap()));
            let json: Value = serde_json::from_str(&reply.text).unwrap();
            assert_eq!(json["result"], 3);
            let text = json["error"].as_str().unwrap();
            assert!(text.starts_with(&format!("the body is encoded as {told}, ")), "{text}");
        }
    }
    let token = server.token("users.account.GetUserInfo").await;
    let mut request = post(&path(CHECK), Some(FORM), format!("session={}", token.credential()));
    request.headers_mut().insert(header::CONTENT_ENCODING, "identity".parse().unwrap());
    assert_eq!(server.send(request).await.json()["result"], 0);
}

#[tokio::test]
async fn a_byte_order_mark_is_no_part_of_what_follows_it() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let secret = owner.credential();
    for (kind, body) in [
        ("application/json", format!("{BOM}{{\"session\":\"{secret}\"}}")),
        (FORM, format!("{BOM}session={secret}")),
        (
            "multipart/form-data; boundary=b",
            format!("{BOM}--b\r\nContent-Disposition: form-data; name=session\r\n\r\n{secret}\r\n--b--"),
        ),
    ] {
        assert_eq!(server.send(post(&path(CHECK), Some(kind), body)).await.json()["result"], 0, "{kind}");
    }
    let data = format!("{BOM}{{\"a\":1}}");
    assert_eq!(owner.code("environment.group.CreateGroup", &[("envGroup", "g"), ("data", &data)]).await, 0);
    assert_eq!(owner.get("environment.group.GetGroups", &[]).await["array"][0]["data"], json!({ "a": 1 }));
}

#[tokio::test]
async fn a_slip_in_the_credential_is_told_and_nothing_of_it_is_repeated() {
    let server = Server::start().await;
    let token = server.token("users.account.GetUserInfo").await;
    let secret = token.credential();
    let half = &secret[..20];
    for (value, hint) in [
        (format!("Bearer {secret}"), "the word Bearer stands before it once too often"),
        (format!("\"{secret}\""), "it stands in quotes or brackets"),
        (format!("<{secret}>"), "it stands in quotes or brackets"),
        (format!("{secret}, Basic eA=="), "something else follows it in the same header"),
        (format!("token={secret}"), "the name of a parameter or header stands before it"),
        (format!("{half} {}", &secret[20..]), "there is a blank or a line end in it"),
        (half.to_owned(), "it begins like a token, but it was cut off"),
        ("$KEYRACK_TOKEN".to_owned(), "it is the name of a variable or a placeholder"),
    ] {
        let text = format!("the session or token is not valid: {hint}");
        let mut header = get(path(CHECK));
        header.headers_mut().insert(header::AUTHORIZATION, format!("Bearer {value}").parse().unwrap());
        let mut problem = header.clone_request();
        problem.headers_mut().insert(header::ACCEPT, "application/problem+json".parse().unwrap());
        let field = post(&path(CHECK), Some(FORM), crate::support::form(&[("session", &value)]));
        let sign_in = path("users.authentication.SigninByToken");
        let sign_in = post(&sign_in, Some(FORM), crate::support::form(&[("token", &value)]));
        for request in [header, problem, field, sign_in] {
            let line = format!("{value} {}", request.uri());
            let reply = server.send(request).await;
            let json: Value = serde_json::from_str(&reply.text).unwrap();
            assert_eq!(json["result"], 702, "{line}: {json}");
            assert!(json["error"].as_str().unwrap().starts_with(&text), "{line}: {json}");
            assert!(!reply.text.contains(half), "{line}: {json}");
            assert!(!format!("{:?}", reply.headers).contains(half), "{line}");
        }
    }
    // Without a slip it is as unknown as ever.
    for value in ["x", "7x0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"] {
        assert_eq!(server.bearer(value).get(CHECK, &[]).await["error"], "the session or token is not valid", "{value}");
    }
}

trait CloneRequest {
    fn clone_request(&self) -> Request<Body>;
}

impl CloneRequest for Request<Body> {
    /// The same without a body.
    fn clone_request(&self) -> Request<Body> {
        let mut request = get(self.uri().to_string());
        request.headers_mut().extend(self.headers().clone());
        request
    }
}
