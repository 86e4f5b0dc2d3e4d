//! Parameters as a JSON object, for who writes a new client.

use serde_json::{Value, json};

use super::{CHECK, post};
use crate::support::{PASSWORD, Server, TestClient, path};

async fn send(server: &Server, credential: &TestClient<'_>, method: &str, body: &str) -> Value {
    let mut request = post(&path(method), Some("application/json; charset=utf-8"), body.to_owned());
    let bearer = format!("Bearer {}", credential.credential());
    request.headers_mut().insert(http::header::AUTHORIZATION, bearer.parse().unwrap());
    server.send(request).await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn values_are_taken_as_what_they_are() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let body = json!({
        "ENV": { "shortdomain": "from-json", "displayName": null },
        "nodes": [{ "nodeGroup": "cp", "docker": { "image": "keyrack/web:2" } }],
        "envGroups": null,
        "charset": { "what": "is unknown is ignored" },
    });
    let made = send(&server, &owner, "environment.control.CreateEnvironment", &body.to_string()).await;
    assert_eq!(made["result"], 0, "{made}");
    let node = made["response"]["nodes"][0]["id"].as_i64().unwrap();
    let body = json!({ "envName": "from-json", "nodeId": node, "vars": { "A": "1" } }).to_string();
    assert_eq!(send(&server, &owner, "environment.control.AddContainerEnvVars", &body).await["result"], 0);
    let body = json!({ "envName": "from-json", "nodeId": node }).to_string();
    let read = send(&server, &owner, "environment.control.GetContainerEnvVars", &body).await;
    assert_eq!(read["object"], json!({ "A": "1" }));
    let body = json!({ "envName": "from-json", "lazy": true }).to_string();
    assert_eq!(send(&server, &owner, "environment.control.GetEnvInfo", &body).await["result"], 0);
    server.keyrack.environments.stop_all().await;
}

#[tokio::test]
async fn a_list_is_an_array() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let list = ["environment.control.GetEnvs", "users.account.GetUserInfo"];
    let body = json!({ "description": "A", "apiList": list, "password": PASSWORD }).to_string();
    let made = send(&server, &owner, "users.authentication.CreateToken", &body).await;
    let items = made["token"]["apiListItems"].as_array().unwrap_or_else(|| panic!("{made}"));
    assert!(items.iter().map(|item| &item["method"]).eq(list), "{made}");
    let body = json!({ "ids": [1], "password": PASSWORD }).to_string();
    assert_eq!(send(&server, &owner, "users.authentication.DeleteTokens", &body).await["result"], 0);
}

#[tokio::test]
async fn the_credential_may_be_in_it() {
    let server = Server::start().await;
    let token = server.token("users.account.GetUserInfo").await;
    for name in ["session", "token", "Session"] {
        let body = json!({ name: token.credential() }).to_string();
        assert_eq!(server.send(post(&path(CHECK), Some("application/json"), body)).await.json()["result"], 0, "{name}");
    }
}

#[tokio::test]
async fn what_is_no_object_is_refused_and_not_repeated() {
    let server = Server::start().await;
    let owner = server.owner().await;
    for (body, text) in [
        ("[1]", "the body has to be a JSON object (line 1 column 0)"),
        ("\"secret\"", "the body has to be a JSON object (line 1 column 8)"),
        ("7", "the body has to be a JSON object (line 1 column 1)"),
        ("{", "the body is not JSON (line 1 column 1)"),
        ("{\"a\":1}x", "the body is not JSON (line 1 column 8)"),
        ("{\"a\":secret}", "the body is not JSON (line 1 column 6)"),
        (r#"{"a":"\ud800"}"#, "the body is not JSON: a text holds half a character"),
        (r#"{"a":"x\u0000y"}"#, "invalid parameter [a]: it contains the character NUL"),
    ] {
        let answer = send(&server, &owner, CHECK, body).await;
        assert_eq!((&answer["result"], &answer["error"]), (&json!(3), &json!(text)), "{body}");
    }
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let many: String = (0..1001).map(|at| format!("\"a{at}\":1,")).collect();
    let many = format!("{{{}\"z\":1}}", many);
    assert_eq!(send(&server, &owner, CHECK, &many).await["error"], "more than 1000 parameters in one call");
    assert!(matches!(send(&server, &owner, CHECK, &deep).await["result"].as_i64(), Some(0 | 3)));
}

#[tokio::test]
async fn a_field_that_stands_twice_is_refused_as_in_a_form() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let answer = send(&server, &owner, "users.authentication.EditToken", r#"{"id":1,"ID":2}"#).await;
    assert_eq!(answer["error"], "invalid parameter [id]: it is given more than once with different values");
}
