//! What a page of another site can make its visitor's browser do here.

use axum::body::Body;
use http::{Method, Request, header};

use crate::support::{EMAIL, PASSWORD, Server, form, path};

const SIGNIN: &str = "users.authentication.Signin";
const BY_TOKEN: &str = "users.authentication.SigninByToken";
const SECOND: &str = "users.authentication.Verify2FACode";

const FOREIGN: [&[(&str, &str)]; 7] = [
    &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "same-site"), ("origin", "http://127.0.0.1:31000")],
    &[("origin", "https://evil.example")],
    &[("origin", "null")],
    // A page whose own name was pointed here takes itself for ours.
    &[("host", "evil.example"), ("origin", "http://evil.example")],
    &[("host", "evil.example"), ("sec-fetch-site", "same-origin")],
];

async fn code(server: &Server, method: &str, params: &[(&str, &str)], headers: &[(&str, &str)]) -> i64 {
    let mut request = Request::post(path(method)).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let reply = server.send(request.body(Body::from(form(params))).unwrap()).await;
    reply.json()["result"].as_i64().unwrap()
}

#[tokio::test]
async fn it_signs_nobody_in_and_holds_nobody_back() {
    let server = Server::start().await;
    let wrong = [("login", EMAIL), ("password", "wrong")];
    let right = [("login", EMAIL), ("password", PASSWORD)];
    for headers in FOREIGN.iter().cycle().take(70) {
        assert_eq!(code(&server, SIGNIN, &wrong, headers).await, 8, "{headers:?}");
    }
    for headers in FOREIGN {
        assert_eq!(code(&server, SIGNIN, &right, headers).await, 8, "{headers:?}");
    }
    assert!(!server.audit().await.iter().any(|line| line.contains("session.sign-in")), "nothing was looked at");
    assert_eq!(code(&server, SIGNIN, &right, &[]).await, 0);
}

#[tokio::test]
async fn neither_a_token_nor_a_code_is_tried_for_it() {
    let server = Server::start().await;
    let token = server.extended_token().await;
    let before = server.audit().await;
    for headers in FOREIGN {
        assert_eq!(code(&server, BY_TOKEN, &[("token", token.credential())], headers).await, 8, "{headers:?}");
        assert_eq!(code(&server, SECOND, &[("session", "x"), ("code", "123456")], headers).await, 8, "{headers:?}");
    }
    let get = |headers: &[(&str, &str)]| {
        let uri = format!("{}?{}", path(BY_TOKEN), form(&[("token", token.credential())]));
        let mut request = Request::builder().method(Method::GET).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(Body::empty()).unwrap()
    };
    assert_eq!(server.send(get(&[("sec-fetch-site", "cross-site")])).await.json()["result"], 8);
    assert_eq!(server.audit().await, before);
    assert_eq!(server.send(get(&[])).await.json()["result"], 0);
}

#[tokio::test]
async fn with_a_credential_of_its_own_it_may_call() {
    let server = Server::start().await;
    let token = server.token("users.account.GetUserInfo").await;
    for headers in FOREIGN {
        let token = [("token", token.credential())];
        assert_eq!(code(&server, "users.account.GetUserInfo", &token, headers).await, 0, "{headers:?}");
    }
}

#[tokio::test]
async fn programs_and_our_own_pages_sign_in_by_the_api() {
    let server = Server::start().await;
    let right = [("login", EMAIL), ("password", PASSWORD)];
    for headers in [
        &[] as &[_],
        &[("host", "any.name.example")],
        &[("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "none")],
        &[("origin", "http://127.0.0.1:8080")],
        &[("host", "localhost:8080"), ("origin", "http://localhost:8080")],
    ] {
        assert_eq!(code(&server, SIGNIN, &right, headers).await, 0, "{headers:?}");
    }
}
