//! Limits of tokens and their rotation, as scripts meet them.

use axum::body::Body;
use chrono::TimeDelta;
use http::{HeaderMap, Method, Request, header};
use keyrack_server::http::client::Peer;
use serde_json::{Value, json};

use crate::support::{PASSWORD, Reply, Server, TestClient, form, path};

const CREATE: &str = "users.authentication.CreateToken";
const EDIT: &str = "users.authentication.EditToken";
const REGENERATE: &str = "users.authentication.RegenerateToken";
const END: &str = "users.authentication.EndTokenRotation";
const LIST: &str = "users.authentication.GetTokens";
const CHECK: &str = "users.authentication.CheckSign";
const SIGN_IN: &str = "users.authentication.SigninByToken";
const INFO: &str = "users.account.GetUserInfo";
const CONFIRM: (&str, &str) = ("password", PASSWORD);

fn header<'a>(reply: &'a Reply, name: &str) -> Option<&'a str> {
    reply.headers.get(name).map(|value| value.to_str().unwrap())
}

async fn call(client: &TestClient<'_>, method: &str) -> Reply {
    client.send(Method::POST, method, &[]).await
}

/// A call from another machine.
async fn from(server: &Server, address: &str, credential: &str, method: &str, params: &[(&str, &str)]) -> Value {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(path(method))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    if !credential.is_empty() {
        request = request.header(header::AUTHORIZATION, format!("Bearer {credential}"));
    }
    let mut request = request.body(Body::from(form(params))).unwrap();
    request.extensions_mut().insert(Peer(format!("{address}:4711").parse().unwrap()));
    server.send(request).await.json()
}

async fn listed(server: &Server) -> Value {
    server.owner().await.get(LIST, &[]).await["apiTokens"][0].clone()
}

#[tokio::test]
async fn an_answer_to_a_token_without_limits_has_the_headers_that_it_had() {
    let server = Server::start().await;
    let token = server.token(INFO).await;
    let names = |headers: &HeaderMap| headers.keys().map(ToString::to_string).collect::<Vec<_>>();
    let (plain, session) = (call(&token, INFO).await, call(&server.owner().await, INFO).await);
    assert_eq!(names(&plain.headers), names(&session.headers));
    assert_eq!(plain.headers["access-control-expose-headers"], "x-request-id, retry-after, www-authenticate");
    let bean = listed(&server).await;
    let keys: Vec<_> = bean.as_object().unwrap().keys().map(String::as_str).collect();
    for new in
        ["environments", "mayCreate", "networks", "rateLimit", "allowInUrl", "freezeOnReuse", "frozen", "secrets"]
    {
        assert!(!keys.contains(&new), "{bean}");
    }
}

#[tokio::test]
async fn every_answer_to_a_token_that_ends_says_when() {
    let server = Server::start().await;
    let token = server.new_token(&[("apiList", INFO), ("expiresAt", "2027-01-01 13:00:00")]).await;
    for method in [INFO, CHECK, "users.authentication.GetSessions"] {
        let reply = call(&token, method).await;
        assert_eq!(header(&reply, "keyrack-token-expires"), Some("2027-01-01T13:00:00Z"), "{method}: {}", reply.text);
    }
    server.advance(TimeDelta::hours(1) - TimeDelta::milliseconds(1));
    assert_eq!(token.code(INFO, &[]).await, 0);
    server.advance(TimeDelta::milliseconds(1));
    let reply = call(&token, INFO).await;
    assert_eq!(reply.json()["error"], "the token has expired");
    assert_eq!(header(&reply, "keyrack-token-expires"), Some("2027-01-01T13:00:00Z"));
}

#[tokio::test]
async fn a_rotation_with_an_overlap_loses_no_call_and_can_be_ended() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let old = server.token(INFO).await;
    assert_eq!(old.code(INFO, &[]).await, 0);
    let answer = owner.post(REGENERATE, &[("id", "1"), ("overlap", "3600"), CONFIRM]).await;
    let new = server.bearer(answer["token"]["key"].as_str().unwrap_or_else(|| panic!("{answer}")));
    let reply = call(&old, INFO).await;
    assert_eq!(reply.json()["result"], 0);
    assert_eq!(header(&reply, "keyrack-secret-retires"), Some("2027-01-01T13:00:00Z"));
    let reply = call(&new, INFO).await;
    assert_eq!((reply.json()["result"].clone(), header(&reply, "keyrack-secret-retires")), (json!(0), None));
    assert_eq!(
        listed(&server).await["secrets"],
        json!([
            {"state": "current", "madeOn": "2027-01-01 12:00:00", "lastUsed": "2027-01-01 12:00:00", "lastAddress": "127.0.0.1"},
            {"state": "overlapping", "madeOn": "2027-01-01 12:00:00", "retiresOn": "2027-01-01 13:00:00",
             "lastUsed": "2027-01-01 12:00:00", "lastAddress": "127.0.0.1"},
        ])
    );
    let ended = owner.post(END, &[("id", "1"), CONFIRM]).await;
    assert_eq!(ended["token"]["secrets"][1]["state"], "retired", "{ended}");
    let refused = old.post(INFO, &[]).await;
    assert_eq!(refused["result"], 702);
    assert_eq!(refused["error"], "this value was replaced on 2027-01-01 12:00:00 UTC: use the new one");
    assert_eq!(new.code(INFO, &[]).await, 0);
    let again = owner.post(END, &[("id", "1"), CONFIRM]).await;
    assert_eq!(again["result"], 4, "{again}");
    server.advance(TimeDelta::minutes(2));
    old.post(INFO, &[]).await;
    let audit = server.audit().await;
    assert!(audit.iter().any(|line| line.starts_with("server token.retired-value-used token:1 ")), "{audit:#?}");
}

#[tokio::test]
async fn a_token_says_how_often_it_may_still_call() {
    let server = Server::start().await;
    let token = server.new_token(&[("apiList", INFO), ("rateLimit", "3")]).await;
    for (remaining, method) in [(2, INFO), (1, "users.authentication.GetSessions"), (0, CHECK)] {
        let reply = call(&token, method).await;
        assert_eq!(header(&reply, "ratelimit-policy"), Some(r#""token";q=3;w=60"#), "{}", reply.text);
        assert_eq!(header(&reply, "ratelimit"), Some(format!(r#""token";r={remaining};t=60"#).as_str()));
    }
    server.advance(TimeDelta::seconds(20));
    let reply = call(&token, INFO).await;
    assert_eq!(reply.json()["result"], 1);
    assert_eq!(header(&reply, "retry-after"), Some("40"));
    assert_eq!(header(&reply, "ratelimit"), Some(r#""token";r=0;t=40"#));
    assert!(header(&reply, "access-control-expose-headers").unwrap().contains("ratelimit-policy"));
    let request = Request::get(path(INFO))
        .header(header::AUTHORIZATION, format!("Bearer {}", token.credential()))
        .header(header::ACCEPT, "application/problem+json")
        .body(Body::empty());
    let problem = server.send(request.unwrap()).await;
    assert_eq!((problem.status.as_u16(), header(&problem, "retry-after")), (429, Some("40")), "{}", problem.text);
    server.advance(TimeDelta::seconds(40));
    assert_eq!(token.code(INFO, &[]).await, 0);
    assert_eq!(listed(&server).await["rateLimit"], 3);
}

#[tokio::test]
async fn a_token_is_accepted_from_its_networks_through_every_door() {
    let server = Server::start().await;
    let limits = [("tokenTemplate", "Extended Access"), ("networks", "192.0.2.0/24, ::ffff:198.51.100.7")];
    let token = server.new_token(&limits).await;
    let token = token.credential();
    for (address, code) in
        [("192.0.2.1", 0), ("198.51.100.7", 0), ("[::ffff:192.0.2.9]", 0), ("[::1]", 8), ("203.0.113.5", 8)]
    {
        let answer = from(&server, address, token, INFO, &[]).await;
        assert_eq!(answer["result"], code, "{address}: {answer}");
        if code == 8 {
            let seen = address.trim_matches(['[', ']']);
            assert_eq!(answer["error"], format!("the token is not accepted from the address {seen}"));
        }
    }
    let refused = from(&server, "203.0.113.5", "", SIGN_IN, &[("token", token)]).await;
    assert_eq!(refused["result"], 8, "{refused}");
    let opened = from(&server, "192.0.2.1", "", SIGN_IN, &[("token", token)]).await;
    let session = opened["session"].as_str().unwrap_or_else(|| panic!("{opened}"));
    assert_eq!(from(&server, "192.0.2.2", session, INFO, &[]).await["result"], 0);
    assert_eq!(from(&server, "203.0.113.5", session, INFO, &[]).await["result"], 8);
    assert_eq!(listed(&server).await["networks"], json!(["192.0.2.0/24", "198.51.100.7"]));
    // A header that no trusted proxy wrote changes nothing.
    let mut request = Request::get(path(INFO))
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header("x-forwarded-for", "192.0.2.1")
        .body(Body::empty())
        .unwrap();
    request.extensions_mut().insert(Peer("203.0.113.5:1".parse().unwrap()));
    assert_eq!(server.send(request).await.json()["result"], 8);
}

#[tokio::test]
async fn a_token_can_forbid_that_its_value_comes_in_an_address() {
    let server = Server::start().await;
    let limits = [("tokenTemplate", "Extended Access"), ("allowInUrl", "false")];
    let token = server.new_token(&limits).await;
    let value = token.credential();
    assert_eq!(token.code(INFO, &[]).await, 0);
    for uri in [
        format!("{}?session={value}", path(INFO)),
        format!("{}?token={value}", path(INFO)),
        format!("{}?TOKEN={value}", path(INFO)),
        format!("{}?token={value}", path(SIGN_IN)),
        format!("/users/authentication/rest/signout?session={value}"),
    ] {
        let request =
            Request::get(&uri).header(header::AUTHORIZATION, format!("Bearer {value}")).body(Body::empty()).unwrap();
        let answer = server.send(request).await.json();
        assert_eq!(answer["result"], 702, "{uri}: {answer}");
        assert!(answer["error"].as_str().unwrap().contains("Authorization: Bearer"), "{answer}");
    }
    assert_eq!(server.anonymous().code(INFO, &[("session", value)]).await, 0, "a form is no address");
    assert_eq!(listed(&server).await["allowInUrl"], false);
}

#[tokio::test]
async fn limits_are_edited_one_by_one_and_shown() {
    let server = Server::start().await;
    let owner = server.owner().await;
    server.token(INFO).await;
    let edit = async |params: &[(&str, &str)]| {
        let all: Vec<_> = [("id", "1"), CONFIRM].iter().chain(params).copied().collect();
        let answer = owner.post(EDIT, &all).await;
        assert_eq!(answer["result"], 0, "{params:?}: {answer}");
        answer["token"].clone()
    };
    let token =
        edit(&[("environments", "[]"), ("mayCreate", "1"), ("networks", r#"["10.0.0.0/8"]"#), ("rateLimit", "100")])
            .await;
    assert_eq!((&token["environments"], &token["mayCreate"]), (&json!([]), &json!(true)));
    assert_eq!((&token["networks"], &token["rateLimit"]), (&json!(["10.0.0.0/8"]), &json!(100)));
    let token = edit(&[("description", "Other")]).await;
    assert_eq!((&token["environments"], &token["rateLimit"]), (&json!([]), &json!(100)));
    let token = edit(&[("environments", "*"), ("networks", "*"), ("rateLimit", "0")]).await;
    for gone in ["environments", "mayCreate", "networks", "rateLimit"] {
        assert!(token.get(gone).is_none(), "{token}");
    }
    let audit = server.audit().await;
    let line = audit.iter().rfind(|line| line.contains(" token.edit ")).unwrap();
    assert!(line.contains("none → all environments, also future ones") && line.contains("10.0.0.0/8 → any"), "{line}");
}

#[tokio::test]
async fn limits_that_cannot_be_are_refused_with_what_would_be_right() {
    let server = Server::start().await;
    let owner = server.owner().await;
    server.new_token(&[("apiList", INFO), ("expiresAt", "2027-01-01 13:00:00")]).await;
    let many: Vec<String> = (0..51).map(|number| format!("10.0.{number}.0/24")).collect();
    let many = many.join(",");
    let new = [("description", "x"), ("apiList", INFO)];
    for (method, params, name, part) in [
        (CREATE, [("environments", "nowhere")], "environments", "“nowhere”"),
        (CREATE, [("networks", many.as_str())], "networks", "at most 50"),
        (CREATE, [("networks", "10.0.0.0/33")], "networks", "10.0.0.0/33"),
        (CREATE, [("rateLimit", "-1")], "rateLimit", ""),
        (CREATE, [("rateLimit", "100001")], "rateLimit", "100000"),
        (CREATE, [("allowInUrl", "perhaps")], "allowInUrl", ""),
        (REGENERATE, [("overlap", "2592001")], "overlap", "2592000"),
        (REGENERATE, [("overlap", "3601")], "overlap", "3600 seconds"),
        (REGENERATE, [("overlap", "-1")], "overlap", ""),
    ] {
        let first: &[_] = if method == CREATE { &new } else { &[("id", "1")] };
        let all: Vec<_> = first.iter().chain(&params).chain(&[CONFIRM]).copied().collect();
        let answer = owner.post(method, &all).await;
        let text = answer["error"].as_str().unwrap_or_default();
        assert_eq!(answer["result"], 3, "{params:?}: {answer}");
        assert!(
            text.starts_with(&format!("invalid parameter [{name}]: ")) && text.contains(part),
            "{params:?}: {text}"
        );
    }
    // Neither value of a token manages tokens, the old one no more than the new one.
    let old = server.extended_token().await;
    owner.post(REGENERATE, &[("id", "2"), ("overlap", "60"), CONFIRM]).await;
    for method in [REGENERATE, END] {
        assert_eq!(old.code(method, &[("id", "2"), CONFIRM]).await, 8202, "{method}");
    }
}
