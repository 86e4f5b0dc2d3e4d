//! Tokens through the API: made, listed, changed, renewed, taken back.

use chrono::TimeDelta;
use http::Method;
use serde_json::{Value, json};

use crate::support::{PASSWORD, Server, TestClient};

const CREATE: &str = "users.authentication.CreateToken";
const EDIT: &str = "users.authentication.EditToken";
const REGENERATE: &str = "users.authentication.RegenerateToken";
const DELETE: &str = "users.authentication.DeleteTokens";
const LIST: &str = "users.authentication.GetTokens";
const CHECK: &str = "users.authentication.CheckSign";
const INFO: &str = "users.account.GetUserInfo";
const SESSIONS: &str = "users.authentication.GetSessions";
const CONFIRM: (&str, &str) = ("password", PASSWORD);

async fn create(owner: &TestClient<'_>, params: &[(&str, &str)]) -> Value {
    let mut all = vec![("description", "A token"), CONFIRM];
    all.extend(params);
    owner.post(CREATE, &all).await
}

async fn listed(owner: &TestClient<'_>) -> Vec<Value> {
    owner.get(LIST, &[]).await["apiTokens"].as_array().unwrap().clone()
}

fn methods(token: &Value) -> Vec<&str> {
    token["apiListItems"].as_array().unwrap().iter().map(|item| item["method"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_answer_to_making_a_token_is_the_platforms() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let answer = create(&owner, &[("apiList", INFO), ("expiresAt", "2027-06-30 10:00:00")]).await;
    let mut token = answer["token"].clone();
    let key = token.as_object_mut().unwrap().remove("key").unwrap();
    assert!(key.as_str().unwrap().starts_with("krp_"));
    assert_eq!(
        token,
        json!({
            "id": 1,
            "description": "A token",
            "expiresAt": "2027-06-30 10:00:00",
            "createdOn": "2027-01-01 12:00:00",
            "isSystem": false,
            "extraData": {},
            "tokenTemplate": {"id": 0, "name": "Custom", "apiListItems": [{"method": INFO}]},
            "apiListItems": [{"method": INFO}],
        })
    );
}

#[tokio::test]
async fn methods_come_in_all_forms_and_by_their_short_names() {
    let server = Server::start().await;
    let owner = server.owner().await;
    for params in [
        &[("apiList", r#"["users.account.GetUserInfo","users.authentication.GetSessions"]"#)] as &[_],
        &[("apiList", "['users.account.GetUserInfo', 'users.authentication.GetSessions']")],
        &[("apiList", "users.account.getuserinfo, USERS.authentication.GetSessions")],
        &[("apilist", INFO), ("apiList", SESSIONS)],
        &[("apiList", "jelastic.users.account.GetUserInfo;users.auth.GetSessions")],
        &[("apiList", "GetUserInfo GetSessions")],
    ] {
        let answer = create(&owner, params).await;
        assert_eq!(answer["result"], 0, "{params:?}: {answer}");
        assert_eq!(methods(&answer["token"]), [INFO, SESSIONS], "{params:?}");
    }
}

#[tokio::test]
async fn a_template_opens_what_it_holds_here() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let answer = create(&owner, &[("tokenTemplate", "ide plugins")]).await;
    let template = &answer["token"]["tokenTemplate"];
    assert_eq!((&template["id"], &template["name"]), (&json!(2), &json!("IDE Plugins")));
    let templates = owner.get("users.authentication.GetTokenTemplates", &[]).await;
    let known = templates["templates"].as_array().unwrap();
    assert_eq!(
        known.iter().map(|one| one["name"].as_str().unwrap()).collect::<Vec<_>>(),
        ["Extended Access", "IDE Plugins", "Marketplace", "Maven Plugin"]
    );
    assert_eq!(known[1]["apiListItems"], template["apiListItems"]);
}

#[tokio::test]
async fn wrong_input_is_refused_by_name_and_nothing_is_made() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let long = "x".repeat(256);
    for (params, code, name) in [
        (&[("description", "x"), ("apiList", INFO)] as &[_], 3, "password"),
        (&[("description", "x"), ("apiList", INFO), ("password", "wrong")], 801, ""),
        (&[CONFIRM, ("apiList", INFO)], 3, "description"),
        (&[CONFIRM, ("apiList", INFO), ("description", " ")], 3, "description"),
        (&[CONFIRM, ("apiList", INFO), ("description", &long)], 3, "description"),
        (&[CONFIRM, ("apiList", INFO), ("description", "a\nb")], 3, "description"),
        (&[CONFIRM, ("description", "x")], 3, "apiList"),
        (&[CONFIRM, ("description", "x"), ("apiList", "[]")], 3, "apiList"),
        (&[CONFIRM, ("description", "x"), ("apiList", "no.such.Method")], 3, "apiList"),
        (&[CONFIRM, ("description", "x"), ("apiList", CREATE)], 3, "apiList"),
        (&[CONFIRM, ("description", "x"), ("tokenTemplate", "Nonsense")], 3, "tokenTemplate"),
        (&[CONFIRM, ("description", "x"), ("tokenTemplate", "Custom")], 3, "apiList"),
        (&[CONFIRM, ("description", "x"), ("tokenTemplate", "IDE Plugins"), ("apiList", INFO)], 3, "apiList"),
        (&[CONFIRM, ("description", "x"), ("apiList", INFO), ("expiresAt", "30-06-2027")], 3, "expiresAt"),
        (&[CONFIRM, ("description", "x"), ("apiList", INFO), ("expiresAt", "2026-12-31")], 3, "expiresAt"),
    ] {
        let answer = owner.post(CREATE, params).await;
        assert_eq!(answer["result"], code, "{params:?}: {answer}");
        let text = answer["error"].as_str().unwrap();
        assert!(name.is_empty() || text.starts_with(&format!("invalid parameter [{name}]: ")), "{params:?}: {text}");
    }
    let unknown = create(&owner, &[("apiList", "no.such.Method")]).await;
    assert!(unknown["error"].as_str().unwrap().contains("no.such.Method"), "{unknown}");
    assert!(listed(&owner).await.is_empty());
}

#[tokio::test]
async fn the_operator_can_make_the_password_optional() {
    let server = Server::with(|settings| settings.token_password_required = false).await;
    let owner = server.owner().await;
    let params = [("description", "x"), ("apiList", INFO)];
    assert_eq!(owner.code(CREATE, &params).await, 0);
    assert_eq!(owner.code(CREATE, &[params[0], params[1], ("password", "wrong")]).await, 801);
}

#[tokio::test]
async fn an_account_has_only_so_many_tokens_expired_ones_included() {
    let server = Server::with(|settings| settings.token_limit = 2).await;
    let owner = server.owner().await;
    for _ in 0..2 {
        assert_eq!(create(&owner, &[("apiList", INFO), ("expiresAt", "2027-01-01 13:00:00")]).await["result"], 0);
    }
    server.advance(TimeDelta::hours(2));
    let answer = create(&owner, &[("apiList", INFO)]).await;
    assert_eq!(answer["result"], 2338, "{answer}");
    assert_eq!(listed(&owner).await.len(), 2);
}

#[tokio::test]
async fn the_list_never_tells_a_secret_and_keeps_the_last_use() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let token = server.token(INFO).await;
    let before = listed(&owner).await;
    assert!(before[0].get("lastUsed").is_none() && before[0].get("expiresAt").is_none());
    server.advance(TimeDelta::minutes(5));
    token.get(CHECK, &[]).await;
    let reply = owner.send(Method::GET, LIST, &[]).await;
    assert!(!reply.text.contains("krp_") && !reply.text.contains("\"key\""), "{}", reply.text);
    assert_eq!(reply.json()["apiTokens"][0]["lastUsed"], "2027-01-01 12:05:00");
    server.token(INFO).await;
    let some = owner.get(LIST, &[("ids", "2, 77")]).await;
    assert_eq!(some["apiTokens"].as_array().unwrap().iter().map(|token| &token["id"]).collect::<Vec<_>>(), [2]);
}

#[tokio::test]
async fn an_edit_decides_the_very_next_call_and_leaves_the_rest() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let token = server.token(INFO).await;
    assert_eq!(token.code(INFO, &[]).await, 0);
    let answer = owner.post(EDIT, &[("id", "1"), ("apiList", SESSIONS), CONFIRM]).await;
    assert_eq!(answer["result"], 0, "{answer}");
    assert_eq!(answer["token"]["description"], "A token");
    assert!(answer["token"].get("key").is_none());
    assert_eq!(token.code(INFO, &[]).await, 8202);
    assert_eq!(token.code(SESSIONS, &[]).await, 0);
    let answer = owner.post(EDIT, &[("id", "1"), ("expiresAt", "2027-01-01"), ("description", "Other"), CONFIRM]).await;
    assert_eq!(answer["token"]["expiresAt"], "2027-01-01 23:59:59");
    assert_eq!(methods(&answer["token"]), [SESSIONS]);
    // A past date that is not touched does not stand in the way.
    server.advance(TimeDelta::days(2));
    assert_eq!(owner_again(&server).await.code(EDIT, &[("id", "1"), ("description", "Again"), CONFIRM]).await, 0);
    let answer = owner_again(&server).await.post(EDIT, &[("id", "1"), ("expiresAt", "never"), CONFIRM]).await;
    assert!(answer["token"].get("expiresAt").is_none(), "{answer}");
    assert_eq!(token.code(SESSIONS, &[]).await, 0);
    assert_eq!(owner_again(&server).await.code(EDIT, &[("id", "77"), CONFIRM]).await, 4);
}

/// The former session ended while the clock was moved.
async fn owner_again(server: &Server) -> TestClient<'_> {
    server.owner().await
}

#[tokio::test]
async fn a_new_secret_ends_the_old_one() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let old = server.token(INFO).await;
    assert_eq!(old.code(INFO, &[]).await, 0);
    for name in ["id", "ids"] {
        let answer = owner.post(REGENERATE, &[(name, "1"), CONFIRM]).await;
        let new = server.bearer(answer["token"]["key"].as_str().unwrap());
        assert_eq!(old.code(INFO, &[]).await, 702);
        assert_eq!(new.code(INFO, &[]).await, 0);
        assert_eq!(answer["token"]["id"], 1);
    }
}

#[tokio::test]
async fn an_expired_token_says_so_and_gets_its_span_again() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let answer = create(&owner, &[("apiList", INFO), ("expiresAt", "2027-01-01 13:00:00")]).await;
    let token = server.bearer(answer["token"]["key"].as_str().unwrap());
    assert_eq!(token.code(INFO, &[]).await, 0);
    server.advance(TimeDelta::minutes(61));
    let answer = token.get(INFO, &[]).await;
    assert_eq!((&answer["result"], &answer["error"]), (&json!(702), &json!("the token has expired")));
    let answer = owner.post(REGENERATE, &[("id", "1"), CONFIRM]).await;
    assert_eq!(answer["token"]["expiresAt"], "2027-01-01 14:01:00");
    let answer = owner.post(REGENERATE, &[("id", "1"), ("expiresAt", "2027-03-01"), CONFIRM]).await;
    assert_eq!(answer["token"]["expiresAt"], "2027-03-01 23:59:59");
}

#[tokio::test]
async fn removed_tokens_are_refused_from_then_on() {
    let server = Server::start().await;
    let owner = server.owner().await;
    for ids in ["1;2", "3,4", "*"] {
        let (one, two) = (server.token(INFO).await, server.token(INFO).await);
        assert_eq!(one.code(INFO, &[]).await, 0);
        let reply = owner.send(Method::POST, DELETE, &[("ids", ids), CONFIRM]).await;
        assert_eq!(reply.text, r#"{"result":0}"#);
        assert_eq!((one.code(INFO, &[]).await, two.code(INFO, &[]).await), (702, 702), "{ids}");
    }
    assert_eq!(owner.code(DELETE, &[("ids", "*"), CONFIRM]).await, 0);
    server.token(INFO).await;
    // All or none.
    assert_eq!(owner.code(DELETE, &[("ids", "7;99"), CONFIRM]).await, 4);
    assert_eq!(listed(&owner).await.len(), 1);
}

#[tokio::test]
async fn no_token_manages_tokens_whatever_it_opens() {
    let server = Server::start().await;
    let token = server.extended_token().await;
    for (method, params) in [
        (CREATE, &[("description", "x"), ("apiList", INFO), CONFIRM] as &[_]),
        (EDIT, &[("id", "1"), CONFIRM]),
        (REGENERATE, &[("id", "1"), CONFIRM]),
        (DELETE, &[("ids", "*"), CONFIRM]),
    ] {
        let answer = token.post(method, params).await;
        assert_eq!(answer["result"], 8202, "{answer}");
        assert!(answer["error"].as_str().unwrap().contains(method));
    }
    assert_eq!(listed(&token).await.len(), 1);
}

#[tokio::test]
async fn the_methods_that_a_token_can_carry_are_listed_and_searched() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let method = "users.authentication.GetTokenApiList";
    let all = owner.get(method, &[("showPrivate", "True")]).await;
    let names: Vec<_> =
        all["tokenPermissions"].as_array().unwrap().iter().map(|one| one["method"].as_str().unwrap()).collect();
    assert!(names.contains(&INFO) && !names.contains(&CREATE) && !names.contains(&CHECK), "{names:?}");
    assert!(names.is_sorted());
    let some = owner.get(method, &[("search", "USERINFO")]).await;
    assert_eq!(some["tokenPermissions"][0]["method"], INFO);
    assert_eq!(some["tokenPermissions"].as_array().unwrap().len(), 1);
}
