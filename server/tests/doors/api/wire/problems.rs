//! HTTP statuses, challenges and problems, for who asks for them; HTTP 200 for all others.

use axum::body::Body;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use http::{Method, Request, header};
use serde_json::{Value, json};

use crate::support::{EMAIL, PASSWORD, Reply, Server, path};

const STOP: &str = "environment.control.StopEnv";

/// A call whose parameters are in the query, by somebody who asks for problems.
async fn ask(server: &Server, verb: Method, path: &str, query: &str, credential: Option<&str>) -> Reply {
    let mut request = Request::builder().method(verb).uri(format!("{path}?{query}"));
    request = request.header(header::ACCEPT, "application/problem+json, application/json");
    if let Some(credential) = credential {
        request = request.header(header::AUTHORIZATION, format!("Bearer {credential}"));
    }
    server.send(request.body(Body::empty()).unwrap()).await
}

/// Status, challenge and code of an answer, after a look at what holds for every problem.
fn problem(reply: &Reply) -> (u16, Option<&str>, i64) {
    assert_eq!(reply.headers["content-type"], "application/problem+json", "{}", reply.text);
    assert_eq!(reply.headers["cache-control"], "no-store");
    let json: Value = serde_json::from_str(&reply.text).unwrap();
    assert_eq!(json["status"], reply.status.as_u16(), "{json}");
    assert_eq!(json["detail"], json["error"], "{json}");
    assert_eq!(json["type"], format!("/docs/api#code-{}", json["result"]), "{json}");
    assert!(json["title"].is_string() && json["source"].is_string(), "{json}");
    let challenge = reply.headers.get("www-authenticate").map(|value| value.to_str().unwrap());
    (reply.status.as_u16(), challenge, json["result"].as_i64().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refusal_has_its_status_and_its_challenge() {
    let server = Server::with_environments().await;
    let (owner, token) = (server.owner().await, server.token("users.account.GetUserInfo").await);
    let (owner, token) = (owner.credential(), token.credential());
    let stop = path(STOP);
    let signin = path("users.authentication.Signin");
    let scope = r#"Bearer realm="Keyrack", error="insufficient_scope", scope="environment.control.StopEnv""#;
    let unknown = "Bearer realm=\"Keyrack\", error=\"invalid_token\", error_description=\"the session or token is not \
                   valid\"";
    let invalid = r#"Bearer realm="Keyrack", error="invalid_request""#;
    let two = format!("envName=x&session={token}");
    for (path, query, credential, expected) in [
        (&stop, "envName=x", None, (401, Some(r#"Bearer realm="Keyrack""#), 3)),
        (&stop, "envName=x", Some("x"), (401, Some(unknown), 702)),
        (&stop, "envName=x", Some(token), (403, Some(scope), 8202)),
        (&stop, "", Some(owner), (400, Some(invalid), 3)),
        (&stop, "envName=100%", Some(owner), (400, Some(invalid), 3)),
        (&stop, two.as_str(), Some(owner), (400, Some(invalid), 3)),
        (&stop, "envName=x", Some(owner), (404, None, 11)),
        (&signin, "login=x&password=y", None, (403, None, 701)),
        (&"/1.0/no/such/rest/thing".to_owned(), "", None, (404, None, 5)),
        (&"/1.0/environment/control/rest/nothing".to_owned(), "", None, (404, None, 6)),
    ] {
        let reply = ask(&server, Method::POST, path, query, credential).await;
        assert_eq!(problem(&reply), expected, "{path} {query}");
    }
}

#[tokio::test]
async fn an_expired_token_is_told_so() {
    let server = Server::start().await;
    let params = [("description", "A"), ("apiList", STOP), ("expiresAt", "2027-01-02"), ("password", PASSWORD)];
    let made = server.owner().await.post("users.authentication.CreateToken", &params).await;
    server.advance(chrono::TimeDelta::days(3));
    let reply = ask(&server, Method::GET, &path(STOP), "envName=x", made["token"]["key"].as_str()).await;
    let challenge = r#"Bearer realm="Keyrack", error="invalid_token", error_description="the token has expired""#;
    assert_eq!(problem(&reply), (401, Some(challenge), 702));
}

#[tokio::test]
async fn a_wrong_verb_is_told_the_right_ones() {
    let server = Server::start().await;
    let reply = ask(&server, Method::PUT, &path(STOP), "", None).await;
    assert_eq!((problem(&reply).0, &reply.headers["allow"]), (405, &"GET, POST".parse().unwrap()));
    let reply = ask(&server, Method::GET, &path("users.authentication.Signin"), "", None).await;
    assert_eq!((problem(&reply).0, &reply.headers["allow"]), (405, &"POST".parse().unwrap()));
}

#[tokio::test]
async fn too_many_tries_are_told_when_to_try_again() {
    let server = Server::start().await;
    let signin = path("users.authentication.Signin");
    let query = format!("login={EMAIL}&password=wrong");
    for _ in 0..5 {
        assert_eq!(problem(&ask(&server, Method::POST, &signin, &query, None).await).0, 403);
    }
    // Short pauses are waited out; of so many tries at once some would have to wait for long and are refused at once.
    let mut tries: FuturesUnordered<_> = (0..20).map(|_| ask(&server, Method::POST, &signin, &query, None)).collect();
    let first = tries.next().await.unwrap();
    assert_eq!(problem(&first), (429, None, 701), "{}", first.text);
    assert!(first.headers["retry-after"].to_str().unwrap().parse::<u32>().unwrap() > 0);
}

#[tokio::test]
async fn a_success_and_those_who_do_not_ask_get_the_envelope() {
    let server = Server::start().await;
    let token = server.token("users.account.GetUserInfo").await;
    let check = path("users.authentication.CheckSign");
    let reply = ask(&server, Method::GET, &check, "", Some(token.credential())).await;
    assert_eq!(reply.json()["result"], 0);
    for accept in ["*/*", "application/json", "application/problem+json;q=0"] {
        let request = Request::get(&check).header(header::ACCEPT, accept).body(Body::empty()).unwrap();
        let reply = server.send(request).await;
        assert_eq!(reply.json()["result"], 3, "{accept}");
        assert!(!reply.headers.contains_key("www-authenticate"), "{accept}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_repeats_no_credential() {
    let server = Server::with_environments().await;
    let token = server.token(STOP).await;
    let query = format!("envName={}", token.credential());
    let reply = ask(&server, Method::GET, &path(STOP), &query, Some(token.credential())).await;
    assert_eq!(problem(&reply).2, 11);
    assert!(!reply.text.contains(token.credential()), "{}", reply.text);
    assert_eq!(json!(reply.text.contains("[secret]")), json!(true));
}
